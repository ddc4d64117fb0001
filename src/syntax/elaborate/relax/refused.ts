/** Members of R that are Python meta-programming or builder calls: refused, with the way out. */
import type * as A from "../../../../grammar/ast/nodes.js";
import { relaxCodes } from "../../relax-codes.js";
import { at, fail, type FunctionState } from "./state.js";

const META: Readonly<Record<string, string>> = {
  emit_te: "write the T function into the module and call it with `R.call_tir`",
  call_py_func: 'call an external function: `R.call_packed("name", …)`',
  Call: "call the operator by its name",
  Var: "bind a name",
  Function: "write a function",
  VarBinding: "write `name = value`",
  rewriter: "write the pattern and its replacement as passes",
};

const BUILDER: Readonly<Record<string, string>> = {
  emit: "write `name = value`",
  emit_with_ty: "call the operator and annotate the binding",
  emit_with_type: "call the operator and annotate the binding",
  emit_with_sinfo: "call the operator and annotate the binding",
  emit_var_binding: "write `name = value`",
  emit_match_cast: "write `name = R.match_cast(value, type)`",
  func_name: "write the name after `def`",
  func_ret_value: "write `return value`",
  func_ret_type: "write `-> type`",
  func_ret_ty: "write `-> type`",
  func_ret_struct_info: "write `-> type`",
  arg: "write a parameter",
  If: "write `if`",
  Then: "write `if`",
  Else: "write `else`",
  SeqExpr: "write the bindings in order",
  get_global_var: "name the function: `cls.f`",
};

/** Reports a member that is refused; false when it is not one of them. */
export function refusals(state: FunctionState, name: string, call: A.Call): boolean {
  const meta = META[name];
  const builder = BUILDER[name];
  if (meta !== undefined)
    fail(state, relaxCodes.metaProgramming({ at: at(state, call), name, instead: meta }));
  else if (builder !== undefined)
    fail(state, relaxCodes.builderCall({ at: at(state, call.func), name, instead: builder }));
  return meta !== undefined || builder !== undefined;
}
