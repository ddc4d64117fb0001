/** Rewriting of Relax functions, binding by binding: what passes are built on. */
export { BlockBuilder, type Emitter } from "./block-builder.js";
export { mapBlocks, mergeBlocks } from "./blocks.js";
export { callGraph, type CallGraph } from "./call-graph.js";
export { copyFunction } from "./copy.js";
export { hasEffect, hasIdentity } from "./effects.js";
export {
  flagIn,
  Formula,
  numberIn,
  numbersIn,
  range,
  scalarConstant,
  type GivenAttrs,
} from "./formula.js";
export { eachVar, isVisible, useOf } from "./leaf.js";
export {
  freshGlobal,
  isExternal,
  isSettled,
  mapFunctions,
  rewriteModule,
  updated,
} from "./module.js";
export {
  rewriteFunction,
  type Cursor,
  type Rewrite,
  type RewriteOptions,
  type ScopeKind,
} from "./rewrite-function.js";
export { applyTo, makeSubstitution, type Substitution } from "./substitution.js";
export { countUses, definitionsOf, eachBinding, eachBlock, symbolsOf } from "./uses.js";
export { makeValueKeys } from "./value-key.js";
export { Forms, type FormChange } from "./forms.js";
export { functionsNamedIn, reachableFunctions } from "./reachable.js";
export { withOwnReturn } from "./signature.js";
