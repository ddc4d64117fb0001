/** Code generation for the graph executor. */
export { compileGraph, type GraphOptions } from "./compile.js";
