import { visit } from "../../../ir/core/visit.js";
import type { AttrValue } from "../../../ir/core/node.js";
import { isNode } from "../../../ir/nodes.js";
import {
  bindingBlock,
  dtypeValue,
  op,
  primValue,
  relaxCall,
  relaxVar,
  shapeExpr,
  str,
  varBinding,
  type Func,
} from "../../../ir/relax/expr.js";
import { tensorInfo } from "../../../ir/relax/struct-info.js";
import { intImm } from "../../../ir/tir/expr.js";
import { int64, uint8 } from "../../../support/dtype.js";
import { isInt, type Int } from "../../../support/int.js";
import { definePass } from "../../pass.js";
import { rewriteFunction, updated } from "../rewrite/index.js";
import { CODEGEN, WORKSPACE } from "./external.js";

/**
 * Precondition: none. Result: functions for code generators that say how much scratch memory they need take it as a last
 * parameter; callers allocate one tensor for all of them. Sound because the memory is scratch: no call uses what
 * another left there.
 */
export const allocateWorkspace = definePass({
  name: "allocate-workspace",
  dialect: "relax",
  summary: "Gives external functions the scratch memory they ask for.",
  requires: ["merge-composite-functions"],
  options: {},
  run(module) {
    const sizes = new Map<string, Int>();
    for (const [name, func] of module.functions) {
      const size = func.kind === "relax.Function" && func.attrs.has(CODEGEN) ? sizeOf(func) : undefined; // prettier-ignore
      if (size !== undefined) sizes.set(name, size);
    }
    if (sizes.size === 0) return module;
    const most = [...sizes.values()].reduce((a, b) => (b > a ? b : a));
    return updated(module, (func, name) => {
      if (func.kind !== "relax.Function") return func;
      if (sizes.has(name)) return withParameter(func, most);
      if (!calls(func, sizes)) return func;
      const workspace = relaxVar("workspace", workspaceInfo(most));
      const passed = rewriteFunction(module, name, func, {
        value(value) {
          if (value.kind !== "relax.Call" || value.op.kind !== "ir.GlobalVar") return value;
          return sizes.has(value.op.name) ? { ...value, args: [...value.args, workspace] } : value;
        },
      });
      const made = varBinding(workspace, allocation(most));
      const blocks = [bindingBlock([made]), ...passed.body.blocks];
      return { ...passed, body: { ...passed.body, blocks } };
    });
  },
});

function sizeOf(func: Func): Int | undefined {
  const raw: AttrValue | undefined = func.attrs.get(WORKSPACE);
  const size = isNode(raw) && raw.kind === "tir.IntImm" ? raw.value : raw;
  return isInt(size) && size > 0 ? size : undefined;
}

const workspaceInfo = (size: Int): ReturnType<typeof tensorInfo> =>
  tensorInfo({ shape: shapeExpr([intImm(size, int64)]), dtype: uint8 });

/** The need is met by the parameter from here on. */
function withParameter(func: Func, size: Int): Func {
  const attrs = new Map(func.attrs);
  attrs.delete(WORKSPACE);
  return { ...func, attrs, params: [...func.params, relaxVar("workspace", workspaceInfo(size))] };
}

const allocation = (size: Int): ReturnType<typeof relaxCall> =>
  relaxCall(op("builtin.alloc_tensor"), [
    shapeExpr([intImm(size, int64)]),
    dtypeValue(uint8),
    primValue(intImm(0, int64)),
    str("global"),
  ]);

function calls(func: Func, callees: ReadonlyMap<string, Int>): boolean {
  let found = false;
  visit(func.body, {
    enter(n) {
      if (n.kind === "relax.Call" && n.op.kind === "ir.GlobalVar" && callees.has(n.op.name))
        found = true;
      return found ? false : undefined;
    },
  });
  return found;
}
