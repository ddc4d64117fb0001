/** Exact reasoning about integer expressions: bounds, congruences, simplification, proofs. */
export { Analyzer, proveEqual } from "./analyzer.js";
export type { Bound } from "./bound.js";
export type { Modular } from "./modular.js";
export { evaluate, type Values } from "./evaluate.js";
export { exprText } from "./text.js";
export type { Poly, Atom } from "./poly.js";
export { isPrim, isIndexType } from "./normalize.js";
export { casesOf, type Cases, type System } from "./conditions.js";
export { comparisonOf } from "./simplify.js";
export { relevantRows, rowOf } from "./refute.js";
export * as solve from "./solve.js";
export * as poly from "./poly.js";
