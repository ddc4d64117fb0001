/** Boolean satisfiability: a solver, constraints on counts, its refutations as files, and a checker of them. */
export { atMost, atMostOne, countedAtMost, exactlyOne, type ClauseSink } from "./cardinality.js";
export { writeDimacs } from "./dimacs.js";
export { Memory } from "./memory.js";
export { firstFlaw, type ProofStep } from "./proof.js";
export {
  proofText,
  recordingSolver,
  refutedText,
  type RecordingSolver,
  type Refutation,
} from "./refutation.js";
export {
  satSolver,
  type ProofListener,
  type SatLimits,
  type SatOptions,
  type SatResult,
  type SatSolver,
  type SatStatistics,
} from "./solver.js";
