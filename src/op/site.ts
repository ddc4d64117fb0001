/** One call under inference: what a rule works on. */
import type { Call } from "../ir/relax/expr.js";
import type { StructInfo } from "../ir/relax/struct-info.js";
import type { OpDef } from "./op.js";
import type { InferContext } from "./infer-context.js";

export interface Site {
  readonly op: OpDef;
  readonly call: Call;
  readonly ctx: InferContext;
}

/** Struct-info rule; stops at the first mistake by throwing through `fail`. */
export type Rule = (site: Site) => StructInfo;
