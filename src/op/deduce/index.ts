/** Struct-info deduction. */
export { makeInferContext, type Guard, type InferOptions } from "./context.js";
export { deriveCallReturn, type CallSite } from "./derive-call.js";
export { erase, hiding, type Images } from "./erase.js";
export { inferExpr, inferSeq, symbolsOfInfo, writtenInfo } from "./infer.js";
export { join, type JoinOptions } from "./join.js";
export type { Prover } from "./prover.js";
export { functionSignature, primFuncSignature, signatureOf } from "./signature.js";
export { isBaseOf, worst, type Subsumption } from "./subsume.js";
export { eachDim, symbolsOf } from "./symbols.js";
