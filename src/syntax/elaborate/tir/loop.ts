/** Loops. */
import type { Call, Expr, For } from "../../../../grammar/ast/nodes.js";
import type { AttrValue } from "../../../ir/core/node.js";
import { range } from "../../../ir/tir/buffer.js";
import { intImm, makeVar, type PrimExpr, type Var } from "../../../ir/tir/expr.js";
import { forLoop, type LoopKind, type Stmt } from "../../../ir/tir/stmt.js";
import { bool, int32, isInteger, type DType } from "../../../support/dtype.js";
import { codes } from "../../codes.js";
import {
  define,
  memberOf,
  report,
  resolve,
  spanOf,
  withInnerScope,
  withScope,
  type ElabContext,
} from "../../context.js";
import type { Value } from "../../value.js";
import { elaborateAttrDict } from "../attributes.js";
import { elaborateDType } from "../literal.js";
import { argumentsOf, bindArguments } from "./arguments.js";
import { stringOf } from "./buffer-args.js";
import { elaboratePrimExpr, elaborateValue } from "./reader.js";
import { differenceOf } from "../../../arith/index.js";
import { constInt, isPrim, toPrim } from "./operand.js";
import { castTo, convertConstant } from "./operators.js";
import { elaborateStatements } from "./reader.js";
import { statementList, type StatementList } from "./statement-list.js";

interface Head {
  readonly kind: LoopKind;
  readonly min: PrimExpr;
  readonly extent: PrimExpr;
  readonly step?: PrimExpr | undefined;
  readonly tag?: string | undefined;
  readonly annotations?: ReadonlyMap<string, AttrValue> | undefined;
}

const KINDS: Readonly<Record<string, LoopKind>> = {
  serial: "serial",
  parallel: "parallel",
  vectorized: "vectorized",
  unroll: "unrolled",
  const_range: "unrolled",
  grip: "serial",
};

export function elaborateFor(ctx: ElabContext, stmt: For, list: StatementList): void {
  const heads = elaborateHeads(ctx, stmt.iter);
  if (heads === undefined) {
    // The body may hold mistakes of its own; its loop variables are known to be in error.
    withScope(ctx, () => {
      for (const name of targetNames(stmt.target)) define(ctx, name, { kind: "error" });
      elaborateStatements(ctx, stmt.body, statementList());
    });
    return;
  }
  const targets =
    stmt.target.kind === "Tuple" || stmt.target.kind === "List" ? stmt.target.items : [stmt.target];
  const single = targets.length === 1 && stmt.target.kind === "Name" ? stmt.target : undefined;
  if (targets.length !== heads.length && single === undefined) {
    report(
      ctx,
      codes.targetCount({
        at: spanOf(ctx, stmt.target),
        count: targets.length,
        values: heads.length,
      }),
    );
    return;
  }
  const loops = withInnerScope(ctx, () => {
    const vars = heads.map((head, i): Var => {
      const target = single === undefined ? targets[i]! : single;
      const name =
        target.kind !== "Name"
          ? "i"
          : single !== undefined && heads.length > 1
            ? `${target.id}_${i}`
            : target.id;
      if (target.kind !== "Name")
        report(ctx, codes.badTarget({ at: spanOf(ctx, target), what: "this" }));
      const v = makeVar(name, loopType(head), spanOf(ctx, target));
      ctx.tir?.loops.set(v, range(head.min, head.extent));
      if (single === undefined && target.kind === "Name")
        define(ctx, target.id, { kind: "scalar", var: v });
      return v;
    });
    if (single !== undefined) {
      const items: Value = { kind: "items", items: vars, isList: false };
      define(
        ctx,
        single.id,
        vars.length === 1 ? { kind: "scalar", var: vars[0]! } : { kind: "alias", value: items },
      );
    }
    const inner = statementList();
    elaborateStatements(ctx, stmt.body, inner);
    return { vars, body: inner.finish() };
  });
  let body: Stmt = loops.body;
  for (let i = heads.length - 1; i >= 0; i--) {
    const head = heads[i]!;
    body = forLoop({
      min: head.min,
      extent: head.extent,
      step: head.step,
      var: loops.vars[i]!,
      loopKind: head.kind,
      threadTag: head.tag,
      ...(head.annotations !== undefined && { annotations: head.annotations }),
      body,
      span: spanOf(ctx, stmt),
    });
  }
  list.push(body);
}

const targetNames = (target: Expr): string[] =>
  target.kind === "Name"
    ? [target.id]
    : target.kind === "Tuple" || target.kind === "List"
      ? target.items.flatMap(targetNames)
      : [];

/** Integer type of the loop variable: the wider of the bounds'. */
function loopType(head: Head): DType {
  const { min, extent } = head;
  const wide = extent.dtype.bits >= min.dtype.bits ? extent.dtype : min.dtype;
  return isInteger(wide) && wide !== bool ? wide : int32;
}

function elaborateHeads(ctx: ElabContext, iter: Expr): Head[] | undefined {
  if (iter.kind === "Call") {
    const { func } = iter;
    if (func.kind === "Name" && func.id === "range" && resolve(ctx, "range") === undefined) {
      const head = rangeHead(ctx, iter);
      return head === undefined ? undefined : [head];
    }
    const member = memberOf(ctx, func);
    if (member?.dialect === "T") {
      if (member.name === "grid") return gridHeads(ctx, iter);
      if (member.name === "thread_binding") return oneHead(threadHead(ctx, iter));
      if (KINDS[member.name] !== undefined) return oneHead(kindHead(ctx, member.name, iter));
    }
  }
  elaborateValueQuietly(ctx, iter);
  report(ctx, codes.loopIterable({ at: spanOf(ctx, iter) }));
  return undefined;
}

/** Reads the parts of an iterable that cannot be one, for mistakes inside it. */
function elaborateValueQuietly(ctx: ElabContext, iter: Expr): void {
  if (iter.kind === "Call")
    for (const a of iter.args) if (a.value.kind !== "Starred") elaborateValue(ctx, a.value);
}

const oneHead = (head: Head | undefined): Head[] | undefined =>
  head === undefined ? undefined : [head];

/** Bounds `[lo, hi)` as min and extent, the constant ones in the type of the other. */
function bounds(lo: PrimExpr | undefined, hi: PrimExpr): { min: PrimExpr; extent: PrimExpr } {
  if (lo === undefined)
    return { min: intImm(0, isInteger(hi.dtype) ? hi.dtype : int32), extent: hi };
  let a = lo;
  let b = hi;
  if (a.dtype !== b.dtype) {
    if (a.kind === "tir.IntImm" && a.dtype.bits <= b.dtype.bits) a = convertConstant(a, b.dtype);
    else if (b.kind === "tir.IntImm" && b.dtype.bits <= a.dtype.bits)
      b = convertConstant(b, a.dtype);
  }
  return { min: a, extent: differenceOf(b, a) };
}

function rangeHead(ctx: ElabContext, call: Call): Head | undefined {
  const { values } = bindArguments(ctx, "range", call, [
    "start",
    "stop?",
    "step?",
    "/annotations?",
  ]);
  return headOf(ctx, "serial", values);
}

function headOf(
  ctx: ElabContext,
  kind: LoopKind,
  values: ReadonlyMap<string, Expr>,
): Head | undefined {
  const read = (name: string): PrimExpr | undefined => {
    const at = values.get(name);
    return at === undefined || (at.kind === "Constant" && at.value === "None")
      ? undefined
      : elaboratePrimExpr(ctx, at);
  };
  const start = read("start");
  const stop = read("stop");
  const step = read("step");
  if (
    start === undefined ||
    (values.has("stop") && stop === undefined && values.get("stop")!.kind !== "Constant")
  )
    return undefined;
  const annotationsAt = values.get("annotations");
  const annotations = new Map<string, AttrValue>();
  if (annotationsAt !== undefined && annotationsAt.kind !== "Constant") {
    for (const [k, v] of elaborateAttrDict(ctx, annotationsAt) ?? []) annotations.set(k, v);
  }
  unrollAnnotation(ctx, values.get("unroll"), annotations);
  const dtypeAt = values.get("dtype");
  const dtype = dtypeAt && elaborateDType(ctx, dtypeAt);
  const typed = (e: PrimExpr): PrimExpr => (dtype === undefined ? e : castTo(e, dtype));
  const { min, extent } =
    stop === undefined ? bounds(undefined, typed(start)) : bounds(typed(start), typed(stop));
  return {
    kind,
    min,
    extent,
    step:
      step === undefined || constInt(step) === 1 ? undefined : convertConstant(step, extent.dtype),
    annotations: annotations.size === 0 ? undefined : annotations,
  };
}

/** `unroll=False` keeps a loop rolled, another value is the pragma. */
function unrollAnnotation(
  ctx: ElabContext,
  at: Expr | undefined,
  annotations: Map<string, AttrValue>,
): void {
  if (at === undefined) return;
  const value = ctx.attribute(ctx, at);
  if (value === null || value === undefined) return;
  if (value === false) annotations.set("disable_unroll", true);
  else annotations.set("pragma_unroll", value);
}

function kindHead(ctx: ElabContext, name: string, call: Call): Head | undefined {
  const params = ["start", "stop?", "/annotations?", "/step?", "/unroll?", "/dtype?"];
  return headOf(ctx, KINDS[name]!, bindArguments(ctx, `T.${name}`, call, params).values);
}

/** `T.thread_binding(n, "threadIdx.x")`, `T.thread_binding(a, b, thread="threadIdx.x")` */
function threadHead(ctx: ElabContext, call: Call): Head | undefined {
  const bound = bindArguments(ctx, "T.thread_binding", call, [
    "start",
    "stop?",
    "thread?",
    "/annotations?",
  ]).values;
  const values = new Map(bound);
  const stop = values.get("stop");
  if (!values.has("thread") && stop !== undefined) {
    const value = elaborateValue(ctx, stop);
    if (isPrim(value) && value.kind === "tir.StringImm") {
      values.set("thread", stop);
      values.delete("stop");
    }
  }
  const threadAt = values.get("thread");
  if (threadAt === undefined) {
    report(
      ctx,
      codes.missingArgument({ at: spanOf(ctx, call), callee: "T.thread_binding", name: "thread" }),
    );
    return undefined;
  }
  const tag = stringOf(ctx, threadAt);
  const head = headOf(ctx, "thread_binding", values);
  return head === undefined || tag === undefined ? undefined : { ...head, tag };
}

/** `T.grid(m, n, (a, b))`: an element may be a pair of bounds. */
function gridHeads(ctx: ElabContext, call: Call): Head[] | undefined {
  const heads: Head[] = [];
  const args = argumentsOf(ctx, call);
  const dtypeAt = args.find((a) => a.name === "dtype")?.value;
  const dtype = dtypeAt && elaborateDType(ctx, dtypeAt);
  for (const argument of args) {
    if (argument.name !== undefined) {
      if (argument.name === "dtype") continue;
      report(
        ctx,
        codes.unknownKeyword({ at: spanOf(ctx, argument), callee: "T.grid", name: argument.name }),
      );
      continue;
    }
    const value = elaborateValue(ctx, argument.value);
    if (value.kind === "items") {
      const [lo, hi] = value.items;
      if (value.items.length === 2 && isPrim(lo!) && isPrim(hi!))
        heads.push({ kind: "serial", ...bounds(lo, hi) });
      else
        for (const item of value.items)
          if (isPrim(item)) heads.push({ kind: "serial", ...bounds(undefined, item) });
      continue;
    }
    const extent = toPrim(ctx, value, argument.value);
    if (extent === undefined) return undefined;
    heads.push({
      kind: "serial",
      ...bounds(undefined, dtype === undefined ? extent : castTo(extent, dtype)),
    });
  }
  if (heads.length === 0) {
    report(ctx, codes.missingArgument({ at: spanOf(ctx, call), callee: "T.grid", name: "extent" }));
    return undefined;
  }
  return heads;
}
