/** Templates: lowerings written as text, instantiated for calls. */
export type { Binding, BoundTensor } from "./binding.js";
export { bindSignature, libraryScope, type BindOptions } from "./signature.js";
export { instantiate, type Instance, type InstanceOutput } from "./instantiate.js";
export type {
  CallFacts, Library, LibraryEntry, Refusal, Template, TemplateForm, TensorSlot,
} from "./template.js"; // prettier-ignore
export type { EvaluatorHost } from "./evaluator-host.js";
export { codes as templateCodes } from "./codes.js";
export { allFunctions, type LibraryFunction } from "./library-functions/index.js";
