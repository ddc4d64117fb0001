/** Effects of calls. */
import type { IRModule } from "../../ir/module.js";
import type { Call } from "../../ir/relax/expr.js";
import { lookupBuiltin } from "../../op/builtins.js";
import { signatureOf } from "../../op/deduce/index.js";
import { lookupOp } from "../../op/registry.js";
import { wfr } from "./codes.js";
import type { FunctionState } from "./state.js";

/** What the call may do besides giving its result; undefined when nothing. */
export function impureCallee(module: IRModule, call: Call): string | undefined {
  const { op } = call;
  switch (op.kind) {
    case "relax.Op":
      return lookupOp(op.name)?.pure === false ? `\`R.${op.name}\`` : undefined;
    case "ir.ExternFunc": {
      const pure = op.sinfo?.purity ?? lookupBuiltin(op.symbol)?.pure ?? false;
      return pure ? undefined : `the packed function "${op.symbol}"`;
    }
    case "ir.GlobalVar": {
      const callee = module.functions.get(op.name);
      return callee === undefined || signatureOf(callee).purity ? undefined : `\`${op.name}\``;
    }
    case "relax.Var": {
      const info = op.sinfo;
      return info?.kind === "relax.FuncInfo" && !info.purity ? `\`${op.name}\`` : undefined;
    }
  }
}

/** Impure calls have no place in dataflow blocks and pure functions. */
export function checkPurity(state: FunctionState, call: Call): void {
  const { sink, name: func } = state;
  const at = call.span ?? state.func.span;
  if (call.op.kind === "ir.GlobalVar") {
    const callee = state.module.functions.get(call.op.name);
    if (callee?.kind === "tir.PrimFunc" && state.mustBePure && !signatureOf(callee).purity) {
      sink.report(wfr.directTirCall({ func, name: call.op.name, found: "a T function", at }));
      return;
    }
  }
  const callee = impureCallee(state.module, call);
  if (callee === undefined) return;
  if (state.dataflow) sink.report(wfr.impureInDataflow({ func, callee, at }));
  else if (state.mustBePure) sink.report(wfr.impureCall({ func, callee, at }));
}
