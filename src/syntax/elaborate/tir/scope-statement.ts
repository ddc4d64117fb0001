/** Statements that scope what follows: attributes, thread launches, `T.realize`, hints; after `with` or alone. */
import type { Call, Expr } from "../../../../grammar/ast/nodes.js";
import type { AttrValue } from "../../../ir/core/node.js";
import { range } from "../../../ir/tir/buffer.js";
import {
  attrArg,
  intImm,
  makeVar,
  stringImm,
  type CallArg,
  type PrimExpr,
} from "../../../ir/tir/expr.js";
import { attrStmt, bind, iterVar, seq, type IterVar, type Stmt } from "../../../ir/tir/stmt.js";
import { int32, isInteger } from "../../../support/dtype.js";
import { codes } from "../../codes.js";
import { report, resolve, spanOf, type ElabContext } from "../../context.js";
import { storedKey } from "../../dialect-names.js";
import type { Value } from "../../value.js";
import { elaborateAttrDict } from "../attributes.js";
import { bindArguments } from "./arguments.js";
import { stringOf } from "./buffer-args.js";
import { opaqueCall } from "./opaque.js";
import { elaboratePrimExpr, elaborateValue } from "./reader.js";
import { describe, isPrim, toAttrValue, toCallArg, toPrim, toRegion } from "./operand.js";
import { castTo } from "./operators.js";

export interface OpenScope {
  /** What the name after `as`, or before `=`, stands for. */
  readonly value?: Value | undefined;
  readonly wrap: (body: Stmt) => Stmt;
}

export const scopeNames = ["attr", "launch_thread", "realize", "hint", "LetStmt", "let"] as const;

/** Opens the scope that a call makes; undefined is an error that was reported. `hint` names what it defines. */
export function openScope(
  ctx: ElabContext,
  call: Call,
  name: string,
  hint: string | undefined,
): OpenScope | undefined {
  switch (name) {
    case "attr":
      return openAttr(ctx, call);
    case "launch_thread":
      return openLaunch(ctx, call, hint);
    case "realize":
      return openRealize(ctx, call);
    case "hint": {
      const value = opaqueCall(ctx, "hint", call);
      return isPrim(value)
        ? { wrap: (body) => attrStmt(null, "hint", value, body, spanOf(ctx, call)) }
        : undefined;
    }
    case "LetStmt":
    case "let":
      return openLet(ctx, call, name, hint);
    default:
      return undefined;
  }
}

function openAttr(ctx: ElabContext, call: Call): OpenScope | undefined {
  const first = call.args[0]?.value;
  if (call.args.length === 1 && first?.kind === "Dict") {
    const attrs = elaborateAttrDict(ctx, first);
    if (attrs === undefined) return undefined;
    const span = spanOf(ctx, call);
    return {
      wrap: (body) => {
        let all = body;
        for (const [key, value] of [...attrs].reverse())
          all = attrStmt(0, key, argOf(value), all, span);
        return all;
      },
    };
  }
  const { values } = bindArguments(ctx, "T.attr", call, ["node", "attr_key", "value"]);
  const nodeAt = values.get("node");
  const keyAt = values.get("attr_key");
  const valueAt = values.get("value");
  if (nodeAt === undefined || keyAt === undefined || valueAt === undefined) return undefined;
  const node = attrNode(ctx, nodeAt);
  const key = stringOf(ctx, keyAt);
  const value = toCallArg(ctx, elaborateValue(ctx, valueAt), valueAt);
  if (node === undefined || key === undefined || value === undefined) return undefined;
  return {
    wrap: (body) =>
      attrStmt(threadDomain(ctx, node, key, value), storedKey(key), value, body, spanOf(ctx, call)),
  };
}

/** The node of an attribute: plain literals stay plain. */
function attrNode(ctx: ElabContext, at: Expr): AttrValue | undefined {
  if (at.kind === "Dict") return elaborateAttrDict(ctx, at);
  const value = elaborateValue(ctx, at);
  if (value.kind === "tir.IntImm" && value.dtype === int32) return value.value;
  return value.kind === "error" ? undefined : toAttrValue(ctx, value, at);
}

const argOf = (value: AttrValue): CallArg => {
  if (typeof value === "string") return stringImm(value);
  if (typeof value === "number" || typeof value === "bigint") return intImm(value, int32);
  if (value !== null && typeof value === "object" && "kind" in value && isPrim(value))
    return value as PrimExpr;
  return attrArg(value);
};

/** The domain of a thread axis is its extent, however it was written. */
function threadDomain(ctx: ElabContext, node: AttrValue, key: string, value: CallArg): AttrValue {
  if (
    node === null ||
    typeof node !== "object" ||
    !("kind" in node) ||
    value.kind === "tir.Buffer" ||
    !isPrim(value)
  )
    return node;
  if (key !== "thread_extent" && key !== "virtual_thread") return node;
  let axis: IterVar | undefined;
  if (node.kind === "tir.IterVar") axis = node;
  else if (node.kind === "tir.Var" && ctx.tir?.threads.has(node))
    axis = iterVar(node, "thread", undefined, ctx.tir.threads.get(node)!);
  if (axis === undefined) return node;
  return { ...axis, dom: range(intImm(0, value.dtype), value) };
}

/** `T.launch_thread("blockIdx.x", 32)` or of a variable made by `T.env_thread`. */
function openLaunch(ctx: ElabContext, call: Call, hint: string | undefined): OpenScope | undefined {
  const { values } = bindArguments(ctx, "T.launch_thread", call, ["thread", "extent"]);
  const threadAt = values.get("thread");
  const extentAt = values.get("extent");
  const extent = extentAt && elaboratePrimExpr(ctx, extentAt);
  if (threadAt === undefined || extent === undefined) return undefined;
  const thread = elaborateValue(ctx, threadAt);
  const span = spanOf(ctx, call);
  let axis: IterVar;
  if (thread.kind === "tir.StringImm") {
    const dtype = isInteger(extent.dtype) ? extent.dtype : int32;
    axis = iterVar(
      makeVar(hint ?? thread.value.replace(".", "_"), dtype, span),
      "thread",
      undefined,
      thread.value,
      span,
    );
  } else if (thread.kind === "tir.IterVar") axis = thread;
  else if (thread.kind === "tir.Var" && ctx.tir?.threads.has(thread)) {
    axis = iterVar(thread, "thread", undefined, ctx.tir.threads.get(thread)!, span);
  } else {
    if (thread.kind !== "error") {
      report(
        ctx,
        codes.expectedKind({
          at: spanOf(ctx, threadAt),
          expected: "a thread tag",
          found: describe(thread),
        }),
      );
    }
    return undefined;
  }
  const node: IterVar = { ...axis, dom: range(intImm(0, extent.dtype), extent) };
  return { value: axis.var, wrap: (body) => attrStmt(node, "thread_extent", extent, body, span) };
}

function openRealize(ctx: ElabContext, call: Call): OpenScope | undefined {
  const { values } = bindArguments(ctx, "T.realize", call, [
    "buffer_slice",
    "storage_scope",
    "condition?",
  ]);
  const regionAt = values.get("buffer_slice");
  const scopeAt = values.get("storage_scope");
  const condAt = values.get("condition");
  if (regionAt === undefined || scopeAt === undefined) return undefined;
  const region = toRegion(elaborateValue(ctx, regionAt));
  const scope = stringOf(ctx, scopeAt);
  const cond = condAt && elaboratePrimExpr(ctx, condAt);
  if (region === undefined || scope === undefined) {
    if (region === undefined) report(ctx, codes.regionExpected({ at: spanOf(ctx, regionAt) }));
    return undefined;
  }
  const plain = cond?.kind === "tir.IntImm" && cond.value === 1 ? undefined : cond;
  return {
    wrap: (body) => ({
      kind: "tir.Realize",
      region,
      scope,
      cond: plain,
      body,
      span: spanOf(ctx, call),
    }),
  };
}

/** `with T.LetStmt(e) as x:`, `T.LetStmt(e, var=x)`, `with T.let(x, e):` of 2022. */
function openLet(
  ctx: ElabContext,
  call: Call,
  name: string,
  hint: string | undefined,
): OpenScope | undefined {
  const params =
    name === "let" ? ["var", "value"] : ["value", "dtype?", "/var?", "/type_annotation?"];
  const { values } = bindArguments(ctx, `T.${name}`, call, params);
  const valueAt = values.get("value");
  const varAt = values.get("var");
  const value = valueAt && elaboratePrimExpr(ctx, valueAt);
  if (value === undefined) return undefined;
  const span = spanOf(ctx, call);
  let v = makeVar(hint ?? "v", value.dtype, span);
  if (varAt !== undefined && varAt.kind !== "Constant") {
    const known = varAt.kind === "Name" ? resolve(ctx, varAt.id) : undefined;
    const given =
      known?.kind === "scalar" ? known.var : toPrim(ctx, elaborateValue(ctx, varAt), varAt);
    if (given?.kind !== "tir.Var") {
      if (given !== undefined) {
        report(
          ctx,
          codes.expectedKind({
            at: spanOf(ctx, varAt),
            expected: "a variable",
            found: describe(given),
          }),
        );
      }
      return undefined;
    }
    v = given;
  }
  return { value: v, wrap: (body) => seq([bind(v, castTo(value, v.dtype), span), body]) };
}
