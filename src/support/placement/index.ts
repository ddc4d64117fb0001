/** Placement of buffers in arenas: what compiler and runtime share. Pure functions over plain data. */
export {
  arenaPlacer,
  type ArenaPlacer,
  type PlacedArena,
  type PlacerOptions,
} from "./arena-placer.js";
export type { Layout, StaticLayout, SymbolicLayout } from "./layout.js";
export { orientationOf, stackOf, type Orientation, type Stack } from "./orientation.js";
export { lowerBound, sectionsOf, type Lives, type Sections } from "./sections.js";
export {
  sizeEvaluator,
  SIZE_OPS,
  type SizeEvaluator,
  type SizeOp,
  type SizeProgram,
} from "./size-program.js";
