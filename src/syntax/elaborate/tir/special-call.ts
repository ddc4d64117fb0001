/** Members of T that are called but are not intrinsics: operators in function form, casts, vectors, literal objects. */
import type { Call } from "../../../../grammar/ast/nodes.js";
import type { ElabContext } from "../../context.js";
import type { Value } from "../../value.js";
import { objectCalls } from "./object-call.js";
import { operatorCalls } from "./operator-call.js";

export { constructScalar } from "./scalar-constructor.js";

export type SpecialCall = (ctx: ElabContext, call: Call, name: string) => Value;

export const specialCalls: ReadonlyMap<string, SpecialCall> = new Map([
  ...operatorCalls,
  ...objectCalls,
]);
