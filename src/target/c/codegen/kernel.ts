/** C of one T function: its prototype and its body. */
import type { Var } from "../../../ir/tir/expr.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import type { Guard } from "../../guard.js";
import { privateBuffers } from "../../parallel-loops.js";
import { takenApart, variablesOf } from "./alloc.js";
import {
  functionContext,
  type FunctionContext,
  type Kernel,
  type ModuleContext,
  type PointerHome,
} from "./context.js";
import { elementType } from "./element.js";
import { emitExpr } from "./expr.js";
import { intervalOf, sizeRange } from "./interval.js";
import { RESULT } from "./leave.js";
import { Lines } from "./lines.js";
import { Names } from "./names.js";
import { prototypeText } from "./prototype.js";
import { stopUnless } from "./stop.js";
import { emitStmt } from "./stmt.js";
import { scalarType } from "./types.js";

/** A parameter in C. */
export interface CParam {
  readonly type: string;
  readonly name: string;
  /** Absent for the result and for memory. */
  readonly var?: Var;
  readonly buffer?: Buffer | undefined;
}

/** The parameters: pointers, scalars, symbols, place of the result, memory. */
export function paramsOf(kernel: Kernel, names = new Names()): CParam[] {
  const { signature, func } = kernel;
  const noalias = func.attrs.get("tir.noalias") !== false;
  const bufferOf = new Map(func.params.map((p) => [p.var, p.buffer]));
  const pointers = signature.pointers.map((v): CParam => {
    const buffer = bufferOf.get(v);
    const name = names.take(buffer?.name ?? v.name);
    if (buffer === undefined) return { type: "void *", name, var: v };
    const constant = kernel.written.has(buffer.data) ? "" : "const ";
    return { type: `${constant}${elementType(buffer.dtype)} *${noalias ? "restrict " : ""}`, name, var: v, buffer }; // prettier-ignore
  });
  const plain = [...signature.scalars, ...signature.symbols].map((v): CParam => {
    const type = scalarType(v.dtype);
    return { type: type.endsWith("*") ? type : `${type} `, name: names.take(v.name), var: v };
  });
  const result: CParam[] =
    func.retType.code === "void" ? [] : [{ type: `${scalarType(func.retType)} *`, name: RESULT }];
  const memory: CParam[] = kernel.needsScratch ? [{ type: "void *", name: SCRATCH }] : [];
  return [...pointers, ...plain, ...result, ...memory];
}

/** Name of the parameter with memory for allocations. */
export const SCRATCH = "rx_scratch";

/** `int32_t name(parameters)` */
export function prototype(kernel: Kernel, params = paramsOf(kernel)): string {
  return prototypeText(`${kernel.isPublic ? "" : "static "}int32_t ${kernel.symbol}`, params);
}

/** The definition. */
export function defineKernel(
  shared: ModuleContext,
  kernel: Kernel,
  guards: readonly Guard[],
): string {
  const names = new Names();
  const params = paramsOf(kernel, names);
  const lines = new Lines();
  const variables = variablesOf(kernel.func.body);
  const cx = functionContext({
    shared,
    kernel,
    names,
    lines,
    variables: new Map([...variables].map((b) => [b, b.name])),
    apart: takenApart(kernel.func.body),
    sizes: new Set(sizesOf(kernel)),
    ranges: new Map(),
    privates: privateBuffers(kernel.func.body),
    scratch: kernel.needsScratch ? names.take("scratch") : undefined,
  });
  for (const p of params) bindParam(cx, kernel, p);
  if (cx.scratch !== undefined)
    lines.declare(cx.scratch, `uint8_t *const ${cx.scratch} = (uint8_t *)${SCRATCH};`);
  for (const guard of guards)
    stopUnless(cx, emitExpr(cx, guard.condition), { ...guard, kind: "guard" });
  emitStmt(cx, kernel.func.body);
  const body = lines.text();
  const unused = params
    .filter((p) => !new RegExp(`\\b${p.name}\\b`).test(body))
    .map((p) => `  (void)${p.name};\n`);
  const end = body.endsWith("\n  return 0;\n") ? "" : "  return 0;\n";
  return `${prototype(kernel, params)} {\n${unused.join("")}${body}${end}}\n`;
}

const sizesOf = ({ signature, measures }: Kernel): readonly Var[] =>
  measures ? [...signature.scalars, ...signature.symbols] : signature.symbols;

function bindParam(cx: FunctionContext, kernel: Kernel, p: CParam): void {
  if (p.var === undefined) return;
  if (p.var.dtype.code !== "handle") {
    cx.values.set(p.var, p.name);
    const isSymbol = sizesOf(kernel).includes(p.var);
    const narrow = intervalOf(p.var, new Map());
    if (isSymbol) cx.ranges.set(p.var, sizeRangeOf(p.var));
    else if (narrow !== undefined) cx.ranges.set(p.var, narrow);
    return;
  }
  const home: PointerHome =
    p.buffer === undefined
      ? { name: p.name, element: "void" }
      : {
          name: p.name,
          element: elementType(p.buffer.dtype),
          isConst: !kernel.written.has(p.buffer.data),
        };
  cx.pointers.set(p.var, home);
  if (p.buffer !== undefined) cx.pointers.set(p.buffer.data, home);
}

const sizeRangeOf = (v: Var) =>
  v.dtype.bits === 64 ? sizeRange : { low: 0n, high: (1n << BigInt(v.dtype.bits - 1)) - 1n };
