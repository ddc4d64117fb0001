/** How many bytes a function needs for its large and symbolic allocations, as a C function of its symbols. */
import type { Buffer } from "../../../ir/tir/buffer.js";
import type { CallGlobal, PrimExpr, Var } from "../../../ir/tir/expr.js";
import type { Stmt } from "../../../ir/tir/stmt.js";
import { visit } from "../../../ir/core/visit.js";
import { DiagnosticError } from "../../../support/diagnostic.js";
import { codes } from "../codes.js";
import { bytesExpr, bytesOnStack, roundedUp, variablesOf } from "./alloc.js";
import { symbolValue } from "../../callee.js";
import { coerce } from "../../coerce.js";
import {
  functionContext,
  type FunctionContext,
  type Kernel,
  type ModuleContext,
} from "./context.js";
import { bindValue, emitExpr } from "./expr.js";
import { Lines } from "./lines.js";
import { Names } from "./names.js";
import { prototypeText, type Declared } from "./prototype.js";
import { scalarType } from "./types.js";

/** Name of the function that gives the bytes. */
export const scratchName = (kernel: Kernel): string => `${kernel.symbol}_scratch`;

/** Scalars and symbols of the function. */
const inputs = ({ signature }: Kernel): readonly Var[] => [
  ...signature.scalars,
  ...signature.symbols,
];

/** The parameters of that function. */
export function scratchParams(kernel: Kernel): Declared[] {
  const names = new Names();
  return inputs(kernel).map((v) => ({
    type: `${scalarType(v.dtype)} `,
    name: names.take(v.name),
  }));
}

/** `int64_t name_scratch(symbols)` */
export function scratchPrototype(kernel: Kernel): string {
  const params = scratchParams(kernel);
  const storage = kernel.isPublic ? "" : "static ";
  return prototypeText(`${storage}int64_t ${scratchName(kernel)}`, params);
}

/** The definition. */
export function defineScratch(shared: ModuleContext, kernel: Kernel): string {
  const names = new Names();
  const lines = new Lines();
  const cx = functionContext({
    shared,
    kernel,
    names,
    lines,
    values: new Map(inputs(kernel).map((v) => [v, names.take(v.name)])),
  });
  const variables = variablesOf(kernel.func.body);
  const owned = new Set<Var>(
    kernel.func.params.flatMap((p) => [p.var, ...(p.buffer ? [p.buffer.data] : [])]),
  );
  const s: Sizes = { cx, variables, owned, top: "0" };
  measure(s, kernel.func.body);
  const body = lines.text();
  const unused = inputs(kernel)
    .map((v) => cx.values.get(v)!)
    .filter((name) => !new RegExp(`\\b${name}\\b`).test(body))
    .map((name) => `  (void)${name};\n`);
  return `${scratchPrototype(kernel)} {\n  int64_t most = 0;\n${unused.join("")}${body}  return most;\n}\n`;
}

interface Sizes {
  readonly cx: FunctionContext;
  readonly variables: ReadonlySet<Buffer>;
  readonly owned: Set<Var>;
  /** Bytes taken at this place. */
  top: string;
}

/** Adds the lines for a statement, if it takes memory. */
function measure(s: Sizes, stmt: Stmt): void {
  const { cx } = s;
  switch (stmt.kind) {
    case "tir.Seq":
      for (const child of stmt.body) measure(s, child);
      return;
    case "tir.Bind":
      if (isOfSizes(cx, stmt.value)) bindValue(cx, stmt.var, stmt.value);
      else s.owned.add(stmt.var);
      return;
    case "tir.AllocConst":
      return void s.owned.add(stmt.buffer.data);
    case "tir.Alloc":
    case "tir.Decl":
      if (stmt.kind === "tir.Decl" && s.owned.has(stmt.buffer.data)) return;
      return take(s, stmt.buffer);
    case "tir.Evaluate":
      return measureCalls(s, stmt.value);
    case "tir.Store":
      return measureCalls(s, stmt.value);
    case "tir.For":
    case "tir.While":
    case "tir.AttrStmt":
      return inside(s, stmt.body);
    case "tir.If":
      inside(s, stmt.then);
      if (stmt.otherwise !== undefined) inside(s, stmt.otherwise);
      return;
    default:
      return;
  }
}

function inside(s: Sizes, body: Stmt): void {
  const { top } = s;
  const { lines } = s.cx.lines.capture(() => measure(s, body));
  s.top = top;
  if (lines.length === 0) return;
  s.cx.lines.block("", () => s.cx.lines.put(lines));
}

function take(s: Sizes, buffer: Buffer): void {
  s.owned.add(buffer.data);
  if (s.variables.has(buffer) || bytesOnStack(buffer) !== undefined) return;
  const { cx } = s;
  const bytes = bytesExpr(buffer);
  if (!isOfSizes(cx, bytes)) return refuse(cx, buffer.name, buffer);
  const size = roundedUp(emitExpr(cx, bytes, true));
  const name = cx.names.take("top");
  cx.lines.declare(name, `const int64_t ${name} = ${s.top === "0" ? "" : `${s.top} + `}${size};`);
  s.top = name;
  cx.lines.add(`if (${name} > most) most = ${name};`);
}

function refuse(cx: FunctionContext, name: string, at: { readonly span?: Buffer["span"] }): never {
  throw new DiagnosticError(codes.scratchSize({ function: cx.kernel.name, name, at: at.span }));
}

/** Whether the value follows from what the caller knows. */
function isOfSizes(cx: FunctionContext, e: PrimExpr): boolean {
  let known = true;
  visit(e, {
    enter(n) {
      if (n.kind === "tir.Var" && !cx.values.has(n)) known = false;
      if (n.kind === "tir.Load" || n.kind === "tir.Call" || n.kind === "tir.CallGlobal")
        known = false;
    },
  });
  return known && e.dtype.code !== "handle" && e.dtype.lanes === 1;
}

function measureCalls(s: Sizes, value: PrimExpr): void {
  visit(value, { enter: (n) => void (n.kind === "tir.CallGlobal" && measureCall(s, n)) });
}

function measureCall(s: Sizes, e: CallGlobal): void {
  const { cx } = s;
  const kernel = cx.shared.kernels.get(e.callee.name);
  if (kernel === undefined || !kernel.needsScratch) return;
  if (kernel.name === cx.kernel.name)
    throw new DiagnosticError(codes.recursive({ name: kernel.name, at: e.span }));
  const scalars = kernel.func.params.flatMap((p, k) =>
    p.var.dtype.code === "handle" ? [] : [coerce(e.args[k] as PrimExpr, p.var.dtype)],
  );
  const symbols = kernel.signature.symbols.map((v) => coerce(symbolValue(e, kernel, v), v.dtype));
  const args = [...scalars, ...symbols];
  const unknown = args.find((a) => !isOfSizes(cx, a));
  if (unknown !== undefined) return refuse(cx, kernel.name, e);
  const name = cx.names.take("top");
  const call = `${scratchName(kernel)}(${args.map((a) => emitExpr(cx, a, true).text).join(", ")})`;
  cx.lines.declare(name, `const int64_t ${name} = ${s.top === "0" ? "" : `${s.top} + `}${call};`);
  cx.lines.add(`if (${name} > most) most = ${name};`);
}
