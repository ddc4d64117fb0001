/** Destination-passing calls with their allocations made explicit. */
import { externFunc } from "../../../ir/module.js";
import {
  dtypeValue,
  op,
  primValue,
  relaxCall,
  shapeExpr,
  str,
  tuple,
  type Call,
  type Expr,
  type Func,
} from "../../../ir/relax/expr.js";
import { dimsOf, type StructInfo } from "../../../ir/relax/struct-info.js";
import { intImm } from "../../../ir/tir/expr.js";
import { int64 } from "../../../support/dtype.js";
import type { Span } from "../../../support/source.js";
import { codes } from "../../codes.js";
import { definePass, type PassContext } from "../../pass.js";
import { rewriteModule, type Cursor } from "../rewrite/index.js";

const REWRITTEN: ReadonlySet<string> = new Set([
  "call_tir",
  "call_tir_with_grad",
  "call_dps_packed",
  "call_tir_inplace",
  "call_inplace_packed",
]);

/** `y = call_tir(f, (x,))` becomes an allocation, a call of `f` on inputs and outputs, and `y`. */
export const callTirRewrite = definePass({
  name: "call-tir-rewrite",
  dialect: "relax",
  summary: "Makes the outputs of destination-passing calls explicit allocations.",
  from: "legal",
  to: "alloc",
  options: {},
  requires: ["to-non-dataflow"],
  run: (module, _, ctx) =>
    rewriteModule(module, (name) => {
      let reported = false;
      return {
        value(value, at, binding) {
          const call = asRewritten(value);
          if (call === undefined) return value;
          if (!at.dataflow) {
            const after = rewriteCall(call, at, ctx, binding.var.name);
            if (after === undefined) return value;
            // An allocation that was made for this result takes its name.
            if (after.kind !== "relax.Var" || !at.canReplace(binding.var, after)) return after;
            at.replace(binding.var, after);
            return undefined;
          }
          const place = { pass: "call-tir-rewrite", name, at: binding.span ?? call.span };
          if (!reported) ctx.report(codes.dataflowBlock(place));
          reported = true;
          return value;
        },
        result(value, at) {
          const call = asRewritten(value);
          return (call && rewriteCall(call, at, ctx, "out")) ?? value;
        },
      };
    }),
});

function asRewritten(value: Expr | Func): Call | undefined {
  if (value.kind !== "relax.Call" || value.op.kind !== "relax.Op") return undefined;
  return REWRITTEN.has(value.op.name) ? value : undefined;
}

/** The outputs of a call; whether they are the fields of a tuple. */
function outputsOf(call: Call): { infos: readonly StructInfo[]; isTuple: boolean } {
  const [only] = call.sinfoArgs;
  if (call.sinfoArgs.length !== 1 || only === undefined)
    return { infos: call.sinfoArgs, isTuple: true };
  return only.kind === "relax.TupleInfo"
    ? { infos: only.fields, isTuple: true }
    : { infos: [only], isTuple: false };
}

/** What takes the place of the call; undefined when the size of an output is not known. */
function rewriteCall(call: Call, at: Cursor, ctx: PassContext, label: string): Expr | undefined {
  const [callee, given, tirVars] = call.args;
  const { span } = call;
  const name = call.op.kind === "relax.Op" ? call.op.name : "";
  // Packed functions give back themselves what they changed.
  if (name === "call_inplace_packed")
    return relaxCall(calleeOf(callee!), call.args.slice(1), { sinfoArgs: call.sinfoArgs, span });
  const args = given?.kind === "relax.Tuple" ? given.fields : given === undefined ? [] : [given];
  const indices = call.attrs.get("inplace_indices");
  const reused = (Array.isArray(indices) ? indices : [indices]).map((i) => Number(i ?? -1));
  const { infos, isTuple } = outputsOf(call);
  const allocations = infos.map((info, i) => args[reused[i] ?? -1] ?? allocation(info, span));
  if (allocations.includes(undefined)) {
    ctx.report(codes.outputSize({ name: `R.${name}`, at: span }));
    return undefined;
  }
  const fresh: Expr[] = [];
  const outputs = allocations.map((x) => {
    if (x?.kind !== "relax.Call") return x!;
    const v = at.emit(x, isTuple ? `${label}_${fresh.length}` : label, span);
    fresh.push(v);
    return v;
  });
  const all = [...args, ...fresh];
  const run =
    tirVars === undefined
      ? relaxCall(calleeOf(callee!), all, { span })
      : relaxCall(op("vm.call_tir_dyn"), [callee!, tuple([...all, tirVars])], { span });
  at.emit(run, "_", span);
  return isTuple ? tuple(outputs) : outputs[0]!;
}

function calleeOf(callee: Expr): Call["op"] {
  if (callee.kind === "relax.Str") return externFunc(callee.value, undefined, callee.span);
  if (
    callee.kind === "ir.GlobalVar" ||
    callee.kind === "ir.ExternFunc" ||
    callee.kind === "relax.Var"
  )
    return callee;
  throw new Error(`no callee: ${callee.kind}`);
}

/** `R.builtin.alloc_tensor` of a tensor whose size is known. */
function allocation(info: StructInfo, at: Span | undefined): Call | undefined {
  const tensor = info.kind === "relax.DTensorInfo" ? info.tensor : info;
  if (tensor.kind !== "relax.TensorInfo" || tensor.dtype === undefined) return undefined;
  const { shape, dtype, vdevice } = tensor;
  const dims = dimsOf(tensor);
  const target = shape?.kind === "relax.Var" ? shape : dims && shapeExpr(dims);
  if (target === undefined) return undefined;
  const index = primValue(intImm(vdevice?.index ?? 0, int64));
  const args = [target, dtypeValue(dtype), index, str(vdevice?.scope ?? "global")];
  return relaxCall(op("builtin.alloc_tensor"), args, { span: at });
}
