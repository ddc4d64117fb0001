/** Form of calls: operands, attributes, written types. */
import { isNode } from "../../ir/nodes.js";
import type { Call } from "../../ir/relax/expr.js";
import { describe } from "../../op/describe.js";
import { deriveCallReturn, isBaseOf, writtenInfo } from "../../op/deduce/index.js";
import { lookupOp } from "../../op/registry.js";
import { LOWER_BY } from "../../op/lowering.js";
import type { OpDef } from "../../op/op.js";
import { didYouMean } from "../../support/suggest.js";
import { isInteger } from "../../support/dtype.js";
import type { StructInfo } from "../../ir/relax/struct-info.js";
import { wfr } from "./codes.js";
import type { FunctionState } from "./state.js";

/** Operators whose arguments stand in a tuple written in place. */
const inlineTuple = new Set([
  "call_tir",
  "call_tir_with_grad",
  "call_tir_inplace",
  "call_dps_packed",
  "dist.call_tir_local_view",
]);
const destinationPassing = new Set(["call_tir", "call_tir_with_grad", "call_tir_inplace"]);

/** Checks that need no types. False when inference would only repeat the problem. */
export function checkCallForm(state: FunctionState, call: Call): boolean {
  if (call.op.kind !== "relax.Op") return checkWrittenType(state, call);
  const op = lookupOp(call.op.name);
  if (op === undefined) return true;
  checkAttributes(state, call, op);
  const { name } = op;
  const args = call.args[1];
  if (inlineTuple.has(name) && args !== undefined && args.kind !== "relax.Tuple") {
    const found =
      args.kind === "relax.Var"
        ? `the variable \`${args.name}\``
        : describe(state.ctx.infoOf(args));
    state.sink.report(wfr.notNormalCall({ op: name, found, at: args.span ?? call.span }));
    return false;
  }
  return !destinationPassing.has(name) || checkDestination(state, call, name);
}

/** The callee is a T function, and the shapes of the outputs are known. */
function checkDestination(state: FunctionState, call: Call, op: string): boolean {
  const callee = call.args[0];
  const bad = (problem: string, hint: string, at = call.span): false => {
    state.sink.report(wfr.invalidCall({ op, problem, at: at ?? state.func.span, hints: [hint] }));
    return false;
  };
  if (callee?.kind === "ir.GlobalVar") {
    const func = state.module.functions.get(callee.name);
    if (func?.kind === "relax.Function") {
      return bad(
        `\`${callee.name}\` is a Relax function, not a T function`,
        `call it directly: cls.${callee.name}(…)`,
        callee.span,
      );
    }
  }
  const outputs = call.sinfoArgs.flatMap((s) => (s.kind === "relax.TupleInfo" ? s.fields : [s]));
  for (const out of outputs) {
    if (out.kind === "relax.TensorInfo" && out.shape === undefined) {
      return bad(
        `the shape of the output ${describe(out)} is not known, so that it cannot be allocated`,
        "give its dimensions in out_ty",
      );
    }
    if (out.kind === "relax.TensorInfo" && out.dtype === undefined) {
      return bad(
        `the element type of the output ${describe(out)} is not known`,
        "give its dtype in out_ty",
      );
    }
  }
  return true;
}

function checkAttributes(state: FunctionState, call: Call, op: OpDef): void {
  for (const name of call.attrs.keys()) {
    if (name === LOWER_BY || op.params.some((p) => p.role === "attr" && p.name === name)) continue;
    const names = op.params.filter((p) => p.role === "attr").map((p) => p.name);
    const near = didYouMean(name, names);
    const hint =
      near ?? (names.length === 0 ? "it has none" : `its attributes are: ${names.join(", ")}`);
    state.sink.report(
      wfr.attribute({ op: op.name, name, at: call.span ?? state.func.span, hints: [hint] }),
    );
  }
}

/** A type written at a call of a function of known type must be possible. */
function checkWrittenType(state: FunctionState, call: Call): boolean {
  const written = writtenInfo(call);
  const callee = call.op;
  if (written === undefined || callee.kind === "relax.Op") return true;
  const info = state.ctx.infoOf(callee);
  if (info.kind !== "relax.FuncInfo" || info.params === undefined) return true;
  const silent = { ...state.ctx, report: () => undefined, guard: () => undefined };
  const name = callee.kind === "ir.ExternFunc" ? callee.symbol : callee.name;
  const found = deriveCallReturn(
    info,
    call.args.map((a) => state.ctx.infoOf(a)),
    silent,
    { name, call },
  );
  if (found === undefined || isBaseOf(written, found, state.ctx) !== "L0") return true;
  state.sink.report(
    wfr.callType({
      expected: describe(written),
      callee: name,
      found: describe(found),
      at: call.span ?? state.func.span,
    }),
  );
  return true;
}

const contractions = /^(matmul|einsum|nn\.conv\d.*)$/;

/** Integer products that are summed in eight bits overflow silently. */
export function checkContraction(state: FunctionState, call: Call, result: StructInfo): void {
  if (
    call.op.kind !== "relax.Op" ||
    !contractions.test(call.op.name) ||
    result.kind !== "relax.TensorInfo"
  )
    return;
  const { dtype } = result;
  if (dtype === undefined || !isInteger(dtype) || dtype.bits > 8) return;
  const asked = call.attrs.get("out_dtype");
  if (
    asked !== undefined &&
    asked !== null &&
    asked !== "" &&
    !(isNode(asked) && asked.kind === "relax.ObjectInfo")
  )
    return;
  state.sink.report(
    wfr.narrowContraction({
      op: call.op.name,
      dtype: dtype.name,
      at: call.span ?? state.func.span,
    }),
  );
}
