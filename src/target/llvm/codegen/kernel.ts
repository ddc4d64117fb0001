/** Code of one T function, and of the entry that takes its arguments from a block in memory. */
import { bool } from "../../../support/dtype.js";
import type { Guard } from "../../guard.js";
import { functionText, type Ref } from "../text/function.js";
import { quoted } from "../text/module.js";
import { markScratch, takesScratch } from "./alloc.js";
import {
  attributesFor,
  stopIf,
  type FunctionContext,
  type Kernel,
  type ModuleContext,
} from "./context.js";
import { emitAs } from "./expr.js";
import { fromBits } from "./leave.js";
import { privateBuffers } from "../../parallel-loops.js";
import { memoryOf } from "./memory.js";
import { registersOf } from "./registers.js";
import { emitStmt } from "./stmt.js";

const parameters = (kernel: Kernel): number => {
  const { pointers, scalars, symbols } = kernel.signature;
  return pointers.length + scalars.length + symbols.length;
};

/** Defines `status (context, pointers…, scalars and symbols as 64 bits…, place of the result)`. */
export function defineKernel(
  shared: ModuleContext,
  kernel: Kernel,
  guards: readonly Guard[],
): void {
  const { func, signature } = kernel;
  const { dialect } = shared.module;
  const f = functionText(shared.module);
  const privates = privateBuffers(func.body);
  const cx: FunctionContext = {
    shared,
    name: kernel.name,
    symbol: kernel.symbol,
    f,
    pointers: [...signature.pointers, ...func.params.flatMap((p) => p.buffer?.data ?? [])],
    privates,
    registers: registersOf(func, privates, (type) => memoryOf({ shared }, type)),
    isOutlined: false,
    values: new Map(),
    wide: new Map(),
    loops: [],
    retType: func.retType,
    outlined: { count: 0 },
    leave: () => undefined,
    streaming: new Set(),
    mask: undefined,
    depth: 0,
  };
  const params = [`${dialect.pointer} %context`];
  signature.pointers.forEach((v, k) => {
    params.push(`${dialect.pointer} noalias nocapture %p${k}`);
    cx.values.set(v, `%p${k}`);
    f.root(`%p${k}`);
  });
  for (const { var: v, buffer } of func.params)
    if (buffer !== undefined) cx.values.set(buffer.data, cx.values.get(v)!);
  [...signature.scalars, ...signature.symbols].forEach((v, k) => {
    params.push(`i64 %s${k}`);
    cx.values.set(v, fromBits(cx, `%s${k}`, v.dtype));
    if (v.dtype.code === "int") cx.wide.set(v, `%s${k}`);
  });
  if (func.retType.code !== "void") params.push(`${dialect.pointerTo("i64")} %returned`);
  for (const guard of guards) {
    const fails = f.value(`xor i1 ${emitAs(cx, guard.condition, bool)}, true`);
    stopIf(cx, fails, { kind: "guard", ...guard });
  }
  if (takesScratch(func.body, (buffer) => cx.values.has(buffer.data))) cx.leave = markScratch(cx);
  emitStmt(cx, func.body);
  cx.leave();
  f.ret("ret i32 0");
  shared.module.define(
    f.render(
      `define internal i32 @${kernel.symbol}(${params.join(", ")}) ${attributesFor(shared, f)}`,
    ),
  );
}

/** The name of the entry of a kernel. */
export const entryName = (kernel: string): string => `entry.${kernel}`;

/** Defines `status (block, context)`, which reads 8-byte slots and writes a result behind them. */
export function defineEntry(shared: ModuleContext, kernel: Kernel): void {
  const { dialect } = shared.module;
  const f = functionText(shared.module);
  const count = parameters(kernel);
  const cell = dialect.pointerTo("i64");
  const slots =
    cell === dialect.pointer ? "%block" : f.value(`bitcast ${dialect.pointer} %block to ${cell}`);
  const slot = (k: number): Ref => f.value(`getelementptr i64, ${cell} ${slots}, i64 ${k}`);
  const given = [`${dialect.pointer} %context`];
  for (let k = 0; k < count; k++) {
    const bits = f.value(`load i64, ${cell} ${slot(k)}, align 8`);
    if (k < kernel.signature.pointers.length)
      given.push(`${dialect.pointer} ${f.value(`inttoptr i64 ${bits} to ${dialect.pointer}`)}`);
    else given.push(`i64 ${bits}`);
  }
  if (kernel.func.retType.code !== "void") given.push(`${cell} ${slot(count)}`);
  f.ret(`ret i32 ${f.value(`call i32 @${kernel.symbol}(${given.join(", ")})`)}`);
  const params = `${dialect.pointer} %block, ${dialect.pointer} %context`;
  shared.module.define(
    f.render(
      `define i32 @${quoted(entryName(kernel.name))}(${params}) ${attributesFor(shared, f)}`,
    ),
  );
}
