/** Statements of T as text. */
import type * as A from "../../../../grammar/ast/nodes.js";
import { visit } from "../../../ir/core/visit.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import type { Call, PrimExpr } from "../../../ir/tir/expr.js";
import type { Alloc, AttrStmt, Bind, Decl, Evaluate, Stmt, Store } from "../../../ir/tir/stmt.js";
import { handle, int32 } from "../../../support/dtype.js";
import { isOpaque } from "../../elaborate/tir/opaque.js";
import { elementsOf } from "../../elaborate/relax/tensor-data.js";
import { isFloat } from "../../../support/dtype.js";
import { printedKey, raiseAttrs, raiseAttrValue } from "../attributes.js";
import {
  annAssign, assertStmt, assign, boolExpr, callExpr, exprStmt, ifStmt, intExpr, listExpr, member, nameExpr, num,
  path, returnStmt, simple, strExpr, subscript, tupleExpr, unaryExpr, whileStmt, withStmt,
} from "../build.js"; // prettier-ignore
import type { RaiseContext } from "../context.js";
import { floatText } from "../relax/float-text.js";
import { raiseBlock } from "./block.js";
import { bufferCall, nameBuffer } from "./buffer.js";
import { bufferName, isFirst, raiseIndices, raisePrimExpr, varName } from "./expression.js";
import { raiseLoops } from "./loop.js";
import { raiseArg, raiseRegion } from "./operand.js";
import { raiseSuite } from "./suite.js";

/** A body in the present scope. */
export function raiseBody(ctx: RaiseContext, body: Stmt): A.Stmt[] {
  const out: A.Stmt[] = [];
  if (body.kind !== "tir.Seq") {
    raiseStmt(ctx, body, undefined, out);
    return out;
  }
  for (let i = 0; i < body.body.length; i++) {
    const items = itemsOf(body.body, i);
    if (items.length > 0) {
      const call = raisePrimExpr(ctx, (items[0]!.value as Call).args[0] as PrimExpr);
      const names = items.map((b) => nameExpr(ctx.names.give(b.var, b.var.name)));
      out.push(assign(tupleExpr(names, false), call));
      i += items.length - 1;
    } else if (raiseStmt(ctx, body.body[i]!, body.body[i + 1], out)) i++;
  }
  return out;
}

/** A run of binds of the items of one accelerator call, from the first on: `bx, by = T.cta_id([2, 3])`. */
function itemsOf(body: readonly Stmt[], start: number): Bind[] {
  const run: Bind[] = [];
  const first = body[start]!;
  if (first.kind !== "tir.Bind" || first.value.kind !== "tir.Call" || first.value.op !== ".item")
    return run;
  const source = first.value.args[0];
  for (let i = start; i < body.length; i++) {
    const stmt = body[i]!;
    if (
      stmt.kind !== "tir.Bind" ||
      stmt.value.kind !== "tir.Call" ||
      stmt.value.op !== ".item" ||
      stmt.value.args[0] !== source
    )
      break;
    run.push(stmt);
  }
  return run;
}

/** Appends a statement; true when the next one was said with it (a scalar's first store). */
function raiseStmt(ctx: RaiseContext, stmt: Stmt, next: Stmt | undefined, out: A.Stmt[]): boolean {
  switch (stmt.kind) {
    case "tir.Store":
      out.push(raiseStore(ctx, stmt));
      return false;
    case "tir.For":
      out.push(raiseLoops(ctx, stmt));
      return false;
    case "tir.Block":
      out.push(...raiseBlock(ctx, stmt));
      return false;
    case "tir.Seq":
      out.push(...raiseBody(ctx, stmt));
      return false;
    case "tir.If":
      out.push(
        ifStmt(
          raisePrimExpr(ctx, stmt.cond),
          raiseSuite(ctx, stmt.then),
          stmt.otherwise && raiseSuite(ctx, stmt.otherwise),
        ),
      );
      return false;
    case "tir.While":
      out.push(whileStmt(raisePrimExpr(ctx, stmt.cond), raiseSuite(ctx, stmt.body)));
      return false;
    case "tir.Evaluate":
      out.push(raiseEvaluate(ctx, stmt));
      return false;
    case "tir.Bind": {
      const value = raisePrimExpr(ctx, stmt.value);
      const type =
        stmt.var.pointer === undefined
          ? path(ctx.T, stmt.var.dtype.name)
          : pointerType(ctx, stmt.var.pointer);
      if (ctx.names.get(stmt.var) !== undefined) {
        // The variable was declared before: bind that one.
        out.push(
          exprStmt(callExpr(path(ctx.T, "bind"), [value], [["var", varName(ctx, stmt.var)]])),
        );
        return false;
      }
      const name = nameExpr(ctx.names.give(stmt.var, stmt.var.name));
      // Results of accelerator calls have no type to write.
      const isUntyped = stmt.var.dtype === handle && stmt.var.pointer === undefined;
      if (
        stmt.value.kind === "tir.Call" &&
        isOpaque(stmt.value.op) &&
        (isUntyped || !stmt.value.op.includes("."))
      ) {
        out.push(assign(name, value));
        return false;
      }
      out.push(
        ctx.dialect === "tvm-0.18"
          ? annAssign(name, type, value)
          : annAssign(
              name,
              stmt.var.dtype.scalable ? path(ctx.T, "let") : subscript(path(ctx.T, "let"), [type]),
              value,
            ),
      );
      return false;
    }
    case "tir.Alloc":
      return raiseAlloc(ctx, stmt, next, out);
    case "tir.Decl":
      out.push(raiseDecl(ctx, stmt));
      return false;
    case "tir.AllocConst":
      out.push(raiseAllocConst(ctx, stmt));
      return false;
    case "tir.AttrStmt":
      out.push(raiseAttr(ctx, stmt));
      return false;
    case "tir.Assert":
      out.push(assertStmt(raisePrimExpr(ctx, stmt.cond), assertText(stmt.errorKind, stmt.message)));
      return false;
    case "tir.Jump":
      out.push(simple(stmt.jump === "break" ? "Break" : "Continue"));
      return false;
    case "tir.Return":
      out.push(returnStmt(stmt.value && raisePrimExpr(ctx, stmt.value)));
      return false;
    case "tir.Realize": {
      const args = [raiseRegion(ctx, stmt.region), strExpr(stmt.scope)];
      if (stmt.cond !== undefined) args.push(raisePrimExpr(ctx, stmt.cond));
      out.push(withStmt(callExpr(path(ctx.T, "realize"), args), raiseSuite(ctx, stmt.body)));
      return false;
    }
  }
}

const pointerType = (ctx: RaiseContext, p: { element: { name: string }; scope: string }): A.Expr =>
  p.scope === "tensormap"
    ? callExpr(path(ctx.T, "handle"), [strExpr("tensormap")])
    : callExpr(
        path(ctx.T, "handle"),
        p.scope === "global"
          ? [strExpr(p.element.name)]
          : [strExpr(p.element.name), strExpr(p.scope)],
      );

function raiseStore(ctx: RaiseContext, stmt: Store): A.Stmt {
  const value = raisePrimExpr(ctx, stmt.value);
  const buffer = bufferName(ctx, stmt.buffer);
  if (stmt.predicate !== undefined) {
    const indices = listExpr(stmt.indices.map((i) => raisePrimExpr(ctx, i)));
    const call = callExpr(
      member(buffer, "vstore"),
      [indices, value],
      [["predicate", raisePrimExpr(ctx, stmt.predicate)]],
    );
    return exprStmt(call);
  }
  if (stmt.buffer.scalar && isFirst(stmt.indices)) return assign(buffer, value);
  return assign(subscript(buffer, raiseIndices(ctx, stmt.indices)), value);
}

/** Calls stand alone; anything else is wrapped. */
function raiseEvaluate(ctx: RaiseContext, stmt: Evaluate): A.Stmt {
  const value = raisePrimExpr(ctx, stmt.value);
  const { kind } = stmt.value;
  const stands =
    (kind === "tir.Call" && stmt.value.op !== "type_annotation" && value.kind === "Call") ||
    kind === "tir.CallGlobal";
  return exprStmt(stands ? value : callExpr(path(ctx.T, "evaluate"), [value]));
}

/** `A = T.alloc_buffer(…)`; a mutable scalar is `x: T.int32 = e` with its first store. */
function raiseAlloc(
  ctx: RaiseContext,
  stmt: Alloc,
  next: Stmt | undefined,
  out: A.Stmt[],
): boolean {
  const { buffer } = stmt;
  if (buffer.scalar && stmt.annotations.size === 0) return raiseScalar(ctx, stmt, next, out);
  const name = nameBuffer(ctx, buffer);
  const more: (readonly [string, A.Expr])[] = [];
  const address = stmt.annotations.get("allocated_addr");
  const annotations = new Map([...stmt.annotations].filter(([key]) => key !== "allocated_addr"));
  if (annotations.size > 0) more.push(["annotations", raiseAttrs(ctx, annotations)]);
  if (address !== undefined) more.push(["allocated_addr", raiseAttrValue(ctx, address)]);
  const callee = ctx.dialect === "tvm-0.18" ? "decl_buffer" : "alloc_buffer";
  out.push(assign(name, bufferCall(ctx, callee, buffer, { more })));
  return false;
}

function raiseScalar(
  ctx: RaiseContext,
  stmt: Alloc,
  next: Stmt | undefined,
  out: A.Stmt[],
): boolean {
  const { buffer } = stmt;
  const isStored =
    next?.kind === "tir.Store" &&
    next.buffer === buffer &&
    isFirst(next.indices) &&
    next.predicate === undefined &&
    !mentionsBuffer(next.value, buffer);
  // The value is in the scope before the name.
  const value = isStored && next.kind === "tir.Store" ? raisePrimExpr(ctx, next.value) : undefined;
  const name = nameBuffer(ctx, buffer);
  if (buffer.scope === "local" && ctx.dialect !== "tvm-0.18") {
    if (buffer.dtype.scalable && value !== undefined) out.push(assign(name, value));
    else out.push(annAssign(name, path(ctx.T, buffer.dtype.name), value));
    return isStored;
  }
  const scope: (readonly [string, A.Expr])[] = [["scope", strExpr(buffer.scope)]];
  out.push(
    assign(name, callExpr(path(ctx.T, "alloc_scalar"), [strExpr(buffer.dtype.name)], scope)),
  );
  if (value !== undefined) out.push(assign(name, value));
  return isStored;
}

function mentionsBuffer(value: PrimExpr, buffer: Buffer): boolean {
  let found = false;
  visit(value, {
    enter: (node) => {
      if (node === buffer) found = true;
    },
  });
  return found;
}

function raiseDecl(ctx: RaiseContext, stmt: Decl): A.Stmt {
  const { buffer } = stmt;
  const made = buffer.layout;
  if (
    typeof made === "object" &&
    made !== null &&
    "kind" in made &&
    made.kind === "tir.Call" &&
    made.op.startsWith(".")
  ) {
    const call = raisePrimExpr(ctx, made);
    return assign(nameBuffer(ctx, buffer), call);
  }
  const isView = ctx.names.get(buffer.data) !== undefined || buffer.data.name !== buffer.name;
  const data = isView ? varName(ctx, buffer.data) : undefined;
  const name = nameBuffer(ctx, buffer);
  if (buffer.scalar && data !== undefined) {
    const more: (readonly [string, A.Expr])[] = [];
    if (buffer.elemOffset !== undefined)
      more.push(["elem_offset", raisePrimExpr(ctx, buffer.elemOffset)]);
    const args = [strExpr(buffer.dtype.name), data, strExpr(buffer.scope)];
    return assign(name, callExpr(path(ctx.T, "decl_scalar"), args, more));
  }
  const scope = buffer.data.pointer?.scope ?? "global";
  return assign(
    name,
    isView
      ? bufferCall(ctx, "decl_buffer", buffer, { data: true, scope })
      : bufferCall(ctx, "Buffer", buffer),
  );
}

/** The name is the pointer. */
function raiseAllocConst(
  ctx: RaiseContext,
  stmt: Extract<Stmt, { kind: "tir.AllocConst" }>,
): A.Stmt {
  const { buffer, data } = stmt;
  const name = ctx.names.give(buffer.data, buffer.name);
  const elements = elementsOf(data).map((value): A.Expr => {
    if (data.dtype.code === "bool") return boolExpr(value !== 0);
    if (!isFloat(data.dtype)) return intExpr(value);
    const x = Number(value);
    return x < 0 || Object.is(x, -0)
      ? unaryExpr("-", num(floatText(-x, data.dtype)))
      : num(floatText(x, data.dtype));
  });
  const shape = listExpr(buffer.shape.map((d) => raisePrimExpr(ctx, d)));
  return assign(
    nameExpr(name),
    callExpr(path(ctx.T, "allocate_const"), [listExpr(elements), strExpr(data.dtype.name), shape]),
  );
}

function assertText(kind: string, message: readonly string[]): A.Expr {
  if (kind === "RuntimeError" && message.length === 1) return strExpr(message[0]!);
  return tupleExpr([strExpr(kind), listExpr(message.map(strExpr))]);
}

// ---- scopes --------------------------------------------------------------------

function raiseAttr(ctx: RaiseContext, stmt: AttrStmt): A.Stmt {
  const { node, key, value } = stmt;
  const isNode = node !== null && typeof node === "object" && "kind" in node;
  if (isNode && node.kind === "tir.IterVar" && key === "thread_extent") {
    const launch = raiseLaunch(ctx, stmt, node);
    if (launch !== undefined) return launch;
  }
  if (node === null && (key === "with" || key === "hint")) {
    return withStmt(raiseArg(ctx, value), raiseSuite(ctx, stmt.body));
  }
  const args = [raiseAttrValue(ctx, node), strExpr(printedKey(ctx, key)), raiseArg(ctx, value)];
  return withStmt(callExpr(path(ctx.T, "attr"), args), raiseSuite(ctx, stmt.body));
}

/** `with T.launch_thread("threadIdx.x", 32) as tx:`, or of a variable that several launches share. */
function raiseLaunch(
  ctx: RaiseContext,
  stmt: AttrStmt,
  iter: import("../../../ir/tir/stmt.js").IterVar,
): A.Stmt | undefined {
  const { value } = stmt;
  if (iter.iterKind !== "thread" || value.kind === "tir.Buffer" || !("dtype" in value))
    return undefined;
  const known = ctx.names.get(iter.var);
  if (known !== undefined || ctx.sharedThreads.has(iter.var) || iter.var.dtype !== value.dtype) {
    if (known === undefined) {
      const name = ctx.names.keep(iter.var, iter.var.name);
      const args = [strExpr(iter.tag)];
      if (iter.var.dtype !== int32) args.push(strExpr(iter.var.dtype.name));
      ctx.pending.push(assign(nameExpr(name), callExpr(path(ctx.T, "env_thread"), args)));
    }
    const launch = callExpr(path(ctx.T, "launch_thread"), [
      varName(ctx, iter.var),
      raiseArg(ctx, value),
    ]);
    return withStmt(launch, raiseSuite(ctx, stmt.body));
  }
  const launch = callExpr(path(ctx.T, "launch_thread"), [strExpr(iter.tag), raiseArg(ctx, value)]);
  ctx.names.push();
  const name = ctx.names.give(iter.var, iter.var.name);
  const body = raiseBody(ctx, stmt.body);
  ctx.names.pop();
  return withStmt(launch, body, nameExpr(name));
}
