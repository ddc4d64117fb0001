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
export {
  evalRegion, evalSet, everyInt, intersectionOf, isProvedEmpty, isProvedInside, onePoint, rangeOfSet, setOfRange, unionOf, type IntSet,
} from "./int-set.js"; // prettier-ignore
export {
  detectIterMap,
  inverseOf,
  normalizeIterMap,
  type IterLevel,
  type IterMap,
  type IterMapFailure,
  type IterMapRequest,
} from "./iter-map.js";
export { subspaceDivide, type DividedIndex, type Subspaces } from "./iter-divide.js";
export type { IterMark, IterSplit, IterSum } from "./iter-sum.js";
export { hasEffects } from "./terms.js";
export { accessRegions } from "./access-regions.js";
export { differenceOf, sumOf } from "./extent.js";
export { commonNumbers, type Numbers } from "./common-numbers.js";
