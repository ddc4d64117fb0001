/** What code generation of one module and of one function knows. */
import type { PrimExpr, Var } from "../../../ir/tir/expr.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import type { PrimFunc } from "../../../ir/tir/function.js";
import type { Alloc, For, Store } from "../../../ir/tir/stmt.js";
import type { HostImport, StatusInfo } from "../../../runtime/kernel-info.js";
import type { DType } from "../../../support/dtype.js";
import type { Span } from "../../../support/source.js";
import type { Signature } from "../../signature.js";
import type { FunctionText, Label, Ref } from "../text/function.js";
import type { ModuleText } from "../text/module.js";
import type { Machine } from "../machine.js";
import type { Registers } from "./registers.js";

/** A T function with its place in the module. */
export interface Kernel {
  readonly name: string;
  /** As it stands after `@`. */
  readonly symbol: string;
  readonly func: PrimFunc;
  readonly signature: Signature;
}

/** Why a kernel stopped, with the condition that did not hold. */
export interface StopReason {
  readonly kind: StatusInfo["kind"];
  readonly message: string;
  readonly condition?: PrimExpr | undefined;
  readonly span?: Span | undefined;
}

/** Shared by the functions of a module. */
export interface ModuleContext {
  readonly module: ModuleText;
  readonly machine: Machine;
  readonly kernels: ReadonlyMap<string, Kernel>;
  readonly hostImports: HostImport[];
  /** Registers a reason to stop; its status code. */
  status(reason: StopReason & { readonly function: string }): number;
  /** Attributes of every function. */
  readonly attributes: string;
}

/** Where a loop goes on. */
export interface LoopLabels {
  readonly exit: Label;
  readonly next: Label;
}

export interface FunctionContext {
  readonly shared: ModuleContext;
  readonly name: string;
  /** Of the kernel, as it stands after `@`. */
  readonly symbol: string;
  readonly f: FunctionText;
  /** Pointers to memory that nothing else points to. */
  readonly pointers: readonly Var[];
  /** Buffers that parts of parallel loops have for themselves. */
  readonly privates: ReadonlyMap<For, readonly Alloc[]>;
  /** Tiles that are held as values. */
  readonly registers: ReadonlyMap<Buffer, Registers>;
  /** Whether the code runs in a part of a parallel loop. */
  readonly isOutlined: boolean;
  /** Values of variables, of the type of the variable. */
  readonly values: Map<Var, Ref>;
  /** Loop variables as 64-bit integers. */
  readonly wide: Map<Var, Ref>;
  readonly loops: LoopLabels[];
  readonly retType: DType;
  /** Number of the function within its kernel. */
  readonly outlined: { count: number };
  /** Gives scratch memory back before the function returns. */
  leave: () => void;
  /** Stores that bypass the caches. */
  readonly streaming: Set<Store>;
  /** Lanes that count, where code runs for some lanes only. */
  mask: Mask | undefined;
  depth: number;
}
export interface Mask {
  readonly ref: Ref;
  readonly lanes: number;
  /** `<16 x i1>` */
  readonly type: string;
}

/** Leaves the function with a status where the condition holds. */
export function stopIf(cx: FunctionContext, cond: Ref, reason: StopReason): void {
  const { f } = cx;
  const code = cx.shared.status({ ...reason, function: cx.name });
  f.when(cond, () => f.ret(`ret i32 ${code}`));
}

/** Attributes of a function that has been written. */
export const attributesFor = ({ attributes }: ModuleContext, f: FunctionText): string =>
  // What only runs others is compiled in the cheapest way.
  f.isCaller ? `noinline optnone ${attributes}` : attributes;
