/** Calls of accelerator namespaces and objects, kept as written. */
import type { Call } from "../../../../grammar/ast/nodes.js";
import type { AttrValue } from "../../../ir/core/node.js";
import { call as makeCall, type CallArg } from "../../../ir/tir/expr.js";
import { isOpenName } from "../../../op/tir/index.js";
import { dtype as dtypeNamed, handle, tryDType, type DType } from "../../../support/dtype.js";
import { codes } from "../../codes.js";
import { report, spanOf, type ElabContext } from "../../context.js";
import type { Value } from "../../value.js";
import { argumentsOf } from "./arguments.js";
import { toCallArg } from "./operand.js";
import { elaborateValue } from "./reader.js";

/** Names of accelerator objects that are kept as written though they are not in a namespace. */
const OPAQUE = new Set([
  "cta_id", "thread_id", "lane_id", "TileLayout", "S", "thread_id_in_wg", "cta_id_in_cluster", "SMEMPool", "cluster_id",
  "alloc_tcgen05_ldst_frag", "cta_id_in_pair", "ComposeLayout", "warp_id", "warp_id_in_wg", "warpgroup_id",
  "call_kernel", "SwizzleLayout", "Layout", "wg_reg_tile", "alloc_cast_frag", "TMEMPool", "Pipeline", "TMABar",
  "TCGen05Bar", "MBarrier", "print", "selector", "filter", "TensorMap",
]); // prettier-ignore

export const isOpaque = (op: string): boolean =>
  isOpenName(op) || OPAQUE.has(op) || op.startsWith(".") || op.endsWith("]");

/** A call that is kept as written: operands of any kind, keywords as attributes. */
export function opaqueCall(
  ctx: ElabContext,
  op: string,
  call: Call,
  first: readonly CallArg[] = [],
): Value {
  const args: CallArg[] = [...first];
  const attrs = new Map<string, AttrValue>();
  for (const argument of argumentsOf(ctx, call)) {
    if (argument.name === undefined) {
      const arg = toCallArg(ctx, elaborateValue(ctx, argument.value), argument.value);
      if (arg !== undefined) args.push(arg);
    } else {
      if (attrs.has(argument.name)) {
        report(
          ctx,
          codes.repeatedArgument({ at: spanOf(ctx, argument), callee: op, name: argument.name }),
        );
      }
      const value = ctx.attribute(ctx, argument.value);
      if (value !== undefined) attrs.set(argument.name, value);
    }
  }
  return makeCall(op, args, opaqueType(op, args), spanOf(ctx, call), attrs);
}

/** Identifiers of threads are int32; what else an accelerator's call gives is not known. */
const opaqueType = (op: string, args: readonly CallArg[]): DType => {
  if (/(^|_)id(_|$)/.test(op)) return dtypeNamed("int32");
  const last = op.slice(op.lastIndexOf(".") + 1);
  const named = tryDType(last);
  if (named !== undefined) return named;
  if (last.includes("shuffle"))
    for (const a of args) if ("dtype" in a && a.kind !== "tir.Buffer") return a.dtype;
  return handle;
};
