/** What can be derived from the blocks of a T function. */
export { anchorOf } from "./anchor.js";
export {
  blockAnalyzer,
  factsOf,
  isFold,
  patternKind,
  type BlockFacts,
  type FunctionFacts,
  type PatternKind,
} from "./facts.js";
export { inPlacePairs, type InPlacePair } from "./in-place.js";
export { isRoot, leafBlocks, leafOf, type BlockProgram, type LeafBlock } from "./leaf-blocks.js";
export { eachLoad, readsOf, sameIndices, writtenAxes, type Read, type ReadClass } from "./reads.js";
export { isView } from "./view.js";
