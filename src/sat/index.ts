/** Boolean satisfiability: a solver, constraints on counts, and a checker of its refutations. */
export { atMost, atMostOne, exactlyOne, type ClauseSink } from "./cardinality.js";
export { writeDimacs } from "./dimacs.js";
export { firstFlaw, type ProofStep } from "./proof.js";
export {
  satSolver,
  type ProofListener,
  type SatLimits,
  type SatResult,
  type SatSolver,
  type SatStatistics,
} from "./solver.js";
