/** The compiler as a library: read, check, print, transform, run and build programs. */
export { checkText, readModule, type Front } from "./driver/frontend.js";
export { roundtripText, type RoundTrip } from "./driver/roundtrip.js";
export { buildForWasm, type BuildOptions } from "./driver/build.js";
export {
  artefactBytes,
  runArtefact,
  runOnInterpreter,
  signaturesOf,
  type RunHooks,
  type Signature,
} from "./driver/run.js";
export { makeInputs, parseShapes, type InputRequest } from "./driver/inputs.js";
export {
  printModule,
  printNode,
  type ElaborateOptions,
  type PrintOptions,
} from "./syntax/index.js";
export { formatText } from "./format/index.js";
export { checkModule, boundsOf } from "./analysis/index.js";
export { interpret } from "./interp/index.js";
export { firstDifference, structuralEqual } from "./ir/core/equal.js";
export { structuralHash } from "./ir/core/hash.js";
export { fromJson, toJson } from "./ir/core/json.js";
export { rewrite, substitute } from "./ir/core/rewrite.js";
export { children, visit } from "./ir/core/visit.js";
export type { Node, NodeOf, Kind } from "./ir/nodes.js";
export type { IRModule } from "./ir/module.js";
export { Diagnostics, type Diagnostic, type Sink } from "./support/diagnostic.js";
export type { Source, Span } from "./support/source.js";
export * from "./support/value.js";
