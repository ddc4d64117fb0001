/** Parallel loops: their bodies as functions that threads run on parts of the range. */
import { visit } from "../../../ir/core/visit.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import type { PrimExpr, Var } from "../../../ir/tir/expr.js";
import type { For } from "../../../ir/tir/stmt.js";
import { int64, voidType } from "../../../support/dtype.js";
import { isShared } from "../../parallel-loops.js";
import { functionText, type Ref } from "../text/function.js";
import { emitAlloc } from "./alloc.js";
import { emitCast } from "./cast.js";
import { attributesFor, type FunctionContext } from "./context.js";
import { emitIndex, indexOp } from "./index-value.js";
import { emitRange } from "./loop.js";
import { typeOf } from "./value.js";

/** Place of the function that shares out work in the context of a thread, in 8-byte fields; 0 where there is one thread. */
const LAUNCH_FIELD = 4;

/** A value of the enclosing function that the body uses. */
interface Captured {
  /** All of the same value. */
  readonly vars: readonly Var[];
  /** The value is held as 64-bit integer. */
  readonly isWide: boolean;
  readonly type: string;
  readonly ref: Ref;
}

/** Shares the iterations among threads; false when they have to run in order. */
export function emitParallel(cx: FunctionContext, s: For): boolean {
  if (cx.isOutlined || !isShared(s)) return false;
  const { f } = cx;
  const { dialect } = cx.shared.module;
  const p = dialect.pointer;
  const first = emitIndex(cx, s.min);
  const end = indexOp(cx, "add", first, emitIndex(cx, s.extent));
  const captured = capturedBy(cx, s);
  const name = `${cx.symbol.replace(/"/g, "")}.part${cx.outlined.count++}`;
  const symbol = cx.symbol.startsWith('"') ? `"${name}"` : name;
  const body = defineBody(cx, s, symbol, captured);
  const task = defineTask(cx, symbol, body, captured);
  const environment = fillEnvironment(cx, captured);
  const type = taskType(p);
  const taskPointer = p === "ptr" ? "ptr" : `${type}*`;
  const range = `i64 ${first}, i64 ${end}`;
  const direct = `${p} %context, ${range}, ${p} ${environment}`;
  const launcher = loadField(cx, LAUNCH_FIELD);
  const isAlone = f.value(`icmp eq i64 ${launcher}, 0`);
  const status = f.choose(
    isAlone,
    "i32",
    () => f.value(`call i32 @${task}(${direct})`),
    () => {
      const launch = `i32 (${p}, ${taskPointer}, i64, i64, ${p})`;
      const target = f.value(`inttoptr i64 ${launcher} to ${p === "ptr" ? "ptr" : `${launch}*`}`);
      const args = `${p} %context, ${taskPointer} @${task}, ${range}, ${p} ${environment}`;
      return f.value(`call i32 ${target}(${args})`);
    },
  );
  f.when(f.value(`icmp ne i32 ${status}, 0`), () => f.ret(`ret i32 ${status}`));
  return true;
}

/** `status (context, first, end, environment)` */
const taskType = (p: string): string => `i32 (${p}, i64, i64, ${p})`;

function loadField(cx: FunctionContext, field: number): Ref {
  const { f } = cx;
  const { dialect } = cx.shared.module;
  const p = dialect.pointer;
  const address = f.value(`getelementptr i8, ${p} %context, i64 ${8 * field}`);
  const cell = dialect.pointerTo("i64");
  const at = cell === p ? address : f.value(`bitcast ${p} ${address} to ${cell}`);
  return f.value(`load i64, ${cell} ${at}, align 8`);
}

function capturedBy(cx: FunctionContext, s: For): Captured[] {
  const used = new Set<Var>();
  const noteExpr = (e: PrimExpr | undefined): void => {
    if (e === undefined) return;
    visit(e, { enter: (n) => void (n.kind === "tir.Var" && used.add(n)) });
  };
  const noteBuffer = (buffer: Buffer): void => {
    used.add(buffer.data);
    for (const e of [...buffer.shape, ...buffer.strides, buffer.elemOffset]) noteExpr(e);
  };
  visit(s.body, {
    enter(node) {
      if (node.kind === "tir.Var") used.add(node);
      if (node.kind === "tir.Buffer") noteBuffer(node);
      if (node.kind === "tir.Load" || node.kind === "tir.Store") noteBuffer(node.buffer);
    },
  });
  const byRef = new Map<Ref, Captured & { readonly vars: Var[] }>();
  for (const v of used) {
    const wide = cx.wide.get(v);
    const ref = wide ?? cx.values.get(v);
    if (ref === undefined) continue;
    const key = `${ref} ${wide === undefined}`;
    const known = byRef.get(key);
    if (known !== undefined) known.vars.push(v);
    else {
      const type = wide === undefined ? typeOf(cx, v.dtype) : "i64";
      byRef.set(key, { vars: [v], isWide: wide !== undefined, type, ref });
    }
  }
  return [...byRef.values()];
}

/** The loop over a part of its range, with what it uses as parameters. */
function defineBody(
  cx: FunctionContext,
  s: For,
  task: string,
  captured: readonly Captured[],
): string {
  const { shared } = cx;
  const p = shared.module.dialect.pointer;
  const f = functionText(shared.module);
  const symbol = task.replace(/part(\d+)/, "body$1");
  const inner: FunctionContext = {
    ...cx,
    f,
    values: new Map(),
    wide: new Map(),
    loops: [],
    retType: voidType,
    isOutlined: true,
    leave: () => undefined,
    streaming: new Set(),
    mask: undefined,
  };
  const pointers = new Set(cx.pointers);
  const params = captured.map(({ vars, isWide, type, ref }, k) => {
    const name = `%c${k}`;
    for (const v of vars) {
      if (isWide) inner.wide.set(v, name);
      inner.values.set(v, isWide ? emitCast(inner, name, int64, v.dtype) : name);
    }
    if (cx.f.isRoot(ref)) f.root(name);
    const isOwn = type === p && vars.some((v) => pointers.has(v));
    return `${type}${isOwn ? " noalias nocapture" : ""} ${name}`;
  });
  for (const alloc of cx.privates.get(s) ?? []) emitAlloc(inner, alloc);
  emitRange(inner, { ...s, loopKind: "serial" }, "%first", "%end");
  f.ret("ret i32 0");
  const all = [`${p} %context`, "i64 %first", "i64 %end", ...params].join(", ");
  shared.module.define(
    f.render(`define internal i32 @${symbol}(${all}) noinline ${shared.attributes}`),
  );
  return symbol;
}

/** Unpacks the environment. */
function defineTask(
  cx: FunctionContext,
  symbol: string,
  body: string,
  captured: readonly Captured[],
): string {
  const { module } = cx.shared;
  const p = module.dialect.pointer;
  const f = functionText(module);
  const places = placesOf(captured);
  const args = captured.map(({ type }, k) => {
    const at = slotPointer(f, module.dialect, "%environment", places.at[k]!, type);
    return `${type} ${f.value(`load ${type}, ${at}, align 64`)}`;
  });
  const all = [`${p} %context`, "i64 %first", "i64 %end", ...args].join(", ");
  f.ret(`ret i32 ${f.value(`call i32 @${body}(${all})`)}`);
  const params = `${p} %context, i64 %first, i64 %end, ${p} %environment`;
  module.define(
    f.render(`define internal i32 @${symbol}(${params}) ${attributesFor(cx.shared, f)}`),
  );
  return symbol;
}

/** Bytes of a slot; wider vectors take several. */
const SLOT = 64;
const slotsOf = (type: string): number => {
  const [, lanes = "1", lane = type] = /^<(\d+) x (.+)>$/.exec(type) ?? [];
  const bits = lane === "double" ? 64 : lane === "float" ? 32 : Number(/^i(\d+)$/.exec(lane)?.[1] ?? 64); // prettier-ignore
  return Math.max(1, Math.ceil((Number(lanes) * Math.max(8, bits)) / (8 * SLOT)));
};

function slotPointer(
  f: FunctionContext["f"],
  dialect: FunctionContext["shared"]["module"]["dialect"],
  environment: Ref,
  slot: number,
  type: string,
): string {
  const p = dialect.pointer;
  const address = f.value(`getelementptr i8, ${p} ${environment}, i64 ${SLOT * slot}`);
  const cell = dialect.pointerTo(type);
  return `${cell} ${cell === p ? address : f.value(`bitcast ${p} ${address} to ${cell}`)}`;
}

function fillEnvironment(cx: FunctionContext, captured: readonly Captured[]): Ref {
  const { f } = cx;
  const { dialect } = cx.shared.module;
  const places = placesOf(captured);
  const type = `[${Math.max(1, places.total) * SLOT} x i8]`;
  const whole = f.atEntry(`alloca ${type}, align 64`);
  const pointer = dialect.pointerTo(type);
  const p = dialect.pointer;
  const environment = pointer === p ? whole : f.atEntry(`bitcast ${pointer} ${whole} to ${p}`);
  captured.forEach(({ type: t, ref }, k) => {
    f.line(
      `store ${t} ${ref}, ${slotPointer(f, dialect, environment, places.at[k]!, t)}, align 64`,
    );
  });
  return environment;
}

function placesOf(captured: readonly Captured[]): { at: number[]; total: number } {
  const at: number[] = [];
  let total = 0;
  for (const { type } of captured) {
    at.push(total);
    total += slotsOf(type);
  }
  return { at, total };
}
