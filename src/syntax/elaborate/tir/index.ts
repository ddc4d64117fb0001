/** Elaboration of T functions. */
export { elaborateTirFunction } from "./function.js";
