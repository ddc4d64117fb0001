import { isView } from "../../../analysis/tir-pattern/index.js";
import type { IRModule } from "../../../ir/module.js";
import { op, relaxCall, shapeExpr, type Call, type Expr } from "../../../ir/relax/expr.js";
import { dimsOf } from "../../../ir/relax/struct-info.js";
import { definePass } from "../../pass.js";
import { rewriteModule } from "../rewrite/index.js";

/**
 * Precondition: none. Result: in dataflow blocks, calls of T functions that copy their input in the same row-major order
 * are `R.reshape`, which later costs no memory and no time. Sound because the order of elements is proved equal.
 */
export const rewriteDataflowReshape = definePass({
  name: "rewrite-dataflow-reshape",
  dialect: "relax",
  summary: "Makes calls that only change the shape views.",
  options: {},
  run: (module) =>
    rewriteModule(module, () => ({
      value(value, at) {
        if (!at.dataflow || value.kind !== "relax.Call") return value;
        return reshapeOf(value, module) ?? value;
      },
    })),
});

function reshapeOf(call: Call, module: IRModule): Expr | undefined {
  if (call.op.kind !== "relax.Op" || call.op.name !== "call_tir") return undefined;
  const [callee, args] = call.args;
  if (callee?.kind !== "ir.GlobalVar" || args?.kind !== "relax.Tuple") return undefined;
  const func = module.functions.get(callee.name);
  if (func?.kind !== "tir.PrimFunc" || !isView(func)) return undefined;
  const [out, ...more] = call.sinfoArgs;
  if (more.length > 0 || out?.kind !== "relax.TensorInfo" || out.vdevice) return undefined;
  const dims = dimsOf(out);
  const [input] = args.fields;
  if (dims === undefined || input === undefined) return undefined;
  return relaxCall(op("reshape"), [input, shapeExpr(dims)], { span: call.span });
}
