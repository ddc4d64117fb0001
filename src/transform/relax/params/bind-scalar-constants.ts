import { rebuild } from "../../../ir/core/rewrite.js";
import { visit } from "../../../ir/core/visit.js";
import type { Node } from "../../../ir/nodes.js";
import { globalVar } from "../../../ir/module.js";
import { tuple, type Call, type Const, type Expr, type Func } from "../../../ir/relax/expr.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import { boolImm, floatImm, intImm, type PrimExpr } from "../../../ir/tir/expr.js";
import type { PrimFunc } from "../../../ir/tir/function.js";
import { isBool, isFloat, isInteger } from "../../../support/dtype.js";
import { elementAccess } from "../../../support/numeric/element.js";
import { definePass } from "../../pass.js";
import { calleeOf } from "../fuse/fusion-graph.js";
import { SharedFunctions } from "../fuse/shared-functions.js";
import { copyFunction, isExternal, rewriteFunction, updated } from "../rewrite/index.js";

/**
 * Precondition: none. Result: where `call_tir` gives a T function a constant of one element, and the function only
 * reads it, a copy of the function has the number in its place; calls with equal numbers share it. Sound because the
 * buffer holds that number and nothing writes to it.
 */
export const bindScalarConstants = definePass({
  name: "bind-scalar-constants",
  dialect: "relax",
  summary: "Writes constants of one element into the T functions that read them.",
  from: "legal",
  options: {},
  run(module) {
    const shared = new SharedFunctions(module);
    const value = (call: Expr | Func): Expr | Func => {
      const callee = call.kind === "relax.Call" ? calleeOf(call, module) : undefined;
      return callee === undefined ? call : bound(call as Call, callee, shared);
    };
    const signature = (name: string) => shared.signatureOf(name);
    return updated(
      module,
      (func, name) =>
        func.kind !== "relax.Function" || isExternal(func)
          ? func
          : rewriteFunction(module, name, func, { value }, { signature }),
      shared.added,
    );
  },
});

/** The call of a function that has the numbers in it; the same call when there are none. */
function bound(call: Call, callee: PrimFunc, shared: SharedFunctions): Call {
  const [, args, ...rest] = call.args;
  if (args?.kind !== "relax.Tuple") return call;
  const numbers = new Map<Buffer, PrimExpr>();
  const kept: Expr[] = [];
  args.fields.forEach((field, i) => {
    const { buffer } = callee.params[i] ?? {};
    const number = field.kind === "relax.Const" ? numberOf(field) : undefined;
    if (number !== undefined && buffer !== undefined && isOnlyRead(callee, buffer))
      numbers.set(buffer, number);
    else kept.push(field);
  });
  if (numbers.size === 0) return call;
  const name = shared.nameOf(copyFunction(withNumbers(callee, numbers)));
  return { ...call, args: [globalVar(name), tuple(kept), ...rest] };
}

/** The element of a constant that has one. */
function numberOf({ data }: Const): PrimExpr | undefined {
  const { dtype, shape, bytes } = data;
  if (dtype.lanes !== 1 || shape.some((d) => d !== 1)) return undefined;
  const value = elementAccess(dtype).read(new DataView(bytes.buffer, bytes.byteOffset), 0);
  if (isBool(dtype)) return boolImm(Boolean(value));
  if (isFloat(dtype)) return floatImm(Number(value), dtype);
  return isInteger(dtype) && typeof value !== "boolean" ? intImm(value, dtype) : undefined;
}

/** Whether nothing but loads and the regions of blocks mention a buffer. */
function isOnlyRead(func: PrimFunc, buffer: Buffer): boolean {
  let isRead = true;
  const walk = (node: Node): void => {
    visit(node, {
      enter(n) {
        if (n === buffer || n === buffer.data || (n.kind === "tir.Decl" && n.buffer.data === buffer.data)) isRead = false; // prettier-ignore
        if (n.kind === "tir.Call" && n.op === "address_of" && n.args.some((a) => a.kind === "tir.Load" && a.buffer === buffer)) isRead = false; // prettier-ignore
        if (n.kind === "tir.Load" && n.buffer === buffer) return n.predicate === undefined && n.dtype.lanes === 1 ? false : void (isRead = false); // prettier-ignore
        if (n.kind === "tir.Block") {
          for (const each of [n.init, n.body, n.predicate, ...(n.values ?? [])])
            if (each) walk(each);
          for (const each of [...n.writes, ...n.matches]) walk(each);
          for (const each of n.reads) if (each.buffer !== buffer) walk(each);
          return false;
        }
        return isRead ? undefined : false;
      },
    });
  };
  walk(func.body);
  return isRead;
}

function withNumbers(func: PrimFunc, numbers: ReadonlyMap<Buffer, PrimExpr>): PrimFunc {
  const walk = (node: Node): Node => {
    if (node.kind === "tir.Load") {
      const number = numbers.get(node.buffer);
      if (number !== undefined) return number;
    }
    if (node.kind === "tir.Block") {
      const reads = node.reads.filter(({ buffer }) => !numbers.has(buffer));
      return rebuild(reads.length < node.reads.length ? { ...node, reads } : node, walk);
    }
    return rebuild(node, walk);
  };
  const params = func.params.filter(({ buffer }) => buffer === undefined || !numbers.has(buffer));
  return { ...func, isPrivate: true, params, body: walk(func.body) as PrimFunc["body"] };
}
