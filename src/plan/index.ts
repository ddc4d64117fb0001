/** Memory planning: buffers with lives and sizes in, arenas with offsets out. */
export { arenaPlacer, type ArenaPlacer, type PlacedArena } from "../support/placement/index.js";
export type {
  ArenaPlan, ArenaSpec, ArenaStats, BufferKind, MemoryPlan, PlanBuffer, PlannedBuffer, PlannedSymbol, PlanOptions,
  PlanProblem, PlanStep, Proof, SizeSymbol,
} from "./model.js"; // prettier-ignore
export { arenaBytes, planMemory } from "./plan-memory.js";
export { placeStatic } from "./static/place.js";
export type { StaticBuffer, StaticOptions, StaticPlacement } from "./static/problem.js";
export { planSymbolic, type SymbolicPlan, type SymbolicProblem } from "./symbolic/plan-symbolic.js";
export { checkOrientation, type NamedLife } from "./validate-orientation.js";
export { checkPlacement, mostLiveBytes, type PlacedRange, type Violation } from "./validate.js";
export {
  planFunction, planModule, type FunctionPlan, type ModulePlanOptions, type RegionPlan,
} from "./relax/plan-function.js"; // prettier-ignore
export type { Buffer as PlannedMemory } from "./relax/buffers.js";
export { operandsSharedBy, summariesOf, type Summaries } from "./relax/lives.js";
