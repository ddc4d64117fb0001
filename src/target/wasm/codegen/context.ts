/** What code generation of one module and of one function knows. */
import type { PrimExpr, Var } from "../../../ir/tir/expr.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import type { For } from "../../../ir/tir/stmt.js";
import type { PrimFunc } from "../../../ir/tir/function.js";
import type { Span } from "../../../support/source.js";
import type { FunctionBuilder, FunctionRef, Label, Local } from "../encoder/function.js";
import type { ModuleBuilder } from "../encoder/module.js";
import type { TermTable } from "../../../arith/terms.js";
import type { KnownAddress, Region } from "./region.js";
import type { TeamGlobals, TeamState } from "./team.js";
import type { HostImport } from "../../../runtime/kernel-info.js";

/** Why a kernel stopped; entry `code - 1` of the module's table. */
export interface StatusEntry {
  readonly kind: "assert" | "bounds" | "division-by-zero" | "guard" | "memory" | "unreachable";
  readonly function: string;
  readonly message: string;
  /** The condition of a guard. */
  readonly condition?: PrimExpr | undefined;
  readonly span?: Span | undefined;
}

/** A T function with its place in the module. */
export interface Kernel {
  readonly name: string;
  readonly func: PrimFunc;
  readonly symbols: readonly Var[];
  readonly ref: FunctionRef;
}

/** Shared by the functions of a module. */
export interface ModuleContext {
  readonly module: ModuleBuilder;
  readonly kernels: ReadonlyMap<string, Kernel>;
  /** Vectors of floats may round `a·b + c` once, by relaxed SIMD. */
  readonly fma: boolean;
  /** What the host must provide; `key` is the name of the import. */
  readonly hostImports: HostImport[];
  /** Globals: bounds of the scratch stack and the returned bits. */
  readonly stackPointer: number;
  readonly stackEnd: number;
  readonly returned: number;
  /** Kernels with parallel loops are run by several threads. */
  readonly team: TeamGlobals | undefined;
  /** Shared helper functions by name, made on first use. */
  routine(name: string, make: () => FunctionRef): FunctionRef;
  /** Registers a reason to stop; its status code. */
  status(entry: StatusEntry): number;
}

/** Where a vector variable lives: registers of `group` lanes, or one scalar variable a lane. */
export interface Chunks {
  readonly kind: "chunks";
  readonly group: 2 | 4;
  readonly locals: readonly Local[];
}
export type VectorHome = Chunks | { readonly kind: "lanes"; readonly vars: readonly Var[] };

export interface FunctionContext {
  readonly shared: ModuleContext;
  readonly name: string;
  readonly f: FunctionBuilder;
  /** Scalars and pointers. */
  readonly locals: Map<Var, Local>;
  /** Vector variables, and pointers of allocations of one vector. */
  readonly vectors: Map<Var, VectorHome>;
  /** Allocations whose elements live in locals. */
  readonly promoted: Map<Buffer, readonly Local[]>;
  /** Numbers index expressions. */
  readonly terms: TermTable;
  readonly region: Region;
  /** Pointers that advance with the innermost loop, by the key of their addresses. */
  readonly pointers: Map<string, KnownAddress>;
  readonly loops: { readonly exit: Label; readonly next: Label }[];
  readonly retType: PrimFunc["retType"];
  /** Whether the function moves the stack pointer; then this holds its value at entry. */
  readonly frame: { readonly pointer: Local; readonly end: Local } | undefined;
  depth: number;
  /** Loops of which each thread takes a part. */
  sharedLoops: ReadonlySet<For>;
  /** Absent where one thread runs the code. */
  team: TeamState | undefined;
  /** Pushes the value of a scalar expression. */
  emit(expr: PrimExpr): void;
}

/** Leaves the function with a status. */
export function stop(cx: FunctionContext, entry: Omit<StatusEntry, "function">): void {
  cx.f.i32(cx.shared.status({ ...entry, function: cx.name }));
  cx.f.op("return");
}

/** Says where a variable lives; what was known by its former value is forgotten. */
export function bindLocal(cx: FunctionContext, v: Var, local: Local): void {
  if (cx.locals.has(v)) cx.region.forgetAll();
  cx.locals.set(v, local);
}

/** Whether an allocation lives in locals. */
export const isInRegisters = (cx: FunctionContext, buffer: Buffer): boolean =>
  cx.promoted.has(buffer) || cx.vectors.has(buffer.data);
