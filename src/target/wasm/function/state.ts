/** What the compiler knows of the Relax function it is writing. */
import type { Func, Var } from "../../../ir/relax/expr.js";
import type { DType } from "../../../support/dtype.js";
import type { ModuleContext } from "../codegen/context.js";
import { stackRoutine } from "../codegen/stack.js";
import type { Signature } from "../../signature.js";
import type { FunctionBuilder, FunctionRef, Local } from "../encoder/function.js";
import { decline } from "../../decline.js";
import type { FunctionForm } from "../../function-form.js";
import type { ConstantList, Place, Pointer } from "./place.js";
import {
  LEFT,
  leaveIf,
  needAtMost,
  numberSize,
  pushSize,
  sameSize,
  type Size,
  type SizeScope,
} from "./size.js";
import type { Source } from "../../../analysis/relax/direct-outputs.js";

/** A Relax function that is compiled, as others call it. */
export interface Callee {
  readonly func: Func;
  readonly form: FunctionForm;
  readonly ref: FunctionRef;
}

/** A tensor of the result: where the caller wants it. */
export interface Output {
  readonly pointer: Pointer;
  readonly dtype: DType;
  readonly dims: readonly Size[];
  readonly bytes: Size;
}

/** Shared by all functions of a module. */
export interface Program {
  readonly shared: ModuleContext;
  readonly signatures: ReadonlyMap<string, Signature>;
  /** Kernels that always come to an end. */
  readonly sure: ReadonlySet<string>;
  /** Kernels whose run the host can notice, so that it must not happen twice. */
  readonly hosted: ReadonlySet<string>;
  readonly callees: ReadonlyMap<string, Callee>;
  readonly constants: ConstantList;
  /** Global: address of the table of constants. */
  readonly table: number;
  /** Global: calls that may still be entered; the virtual machine takes over when there are none. */
  readonly calls: number;
  /** Global: how much deeper calls may be nested. */
  readonly depth: number;
}

export interface State {
  readonly program: Program;
  readonly f: FunctionBuilder;
  readonly values: Map<Var, Place>;
  sizes: SizeScope;
  readonly outputs: readonly Output[];
  /** The output whose memory a source may take. */
  outputOf(s: Source): number | undefined;
}

export function placeOf(s: State, v: Var): Place {
  return s.values.get(v) ?? decline(`\`${v.name}\` has no place`);
}

/** Bytes beyond this do not fit the memory. */
const MOST_BYTES = 2n ** 32n - 2n ** 20n;

/** Memory for a number of bytes until the function returns; that of an output where it is the source of one. */
export function allocate(s: State, bytes: Size, source: Source | undefined): Pointer {
  const { f } = s;
  const output = source && s.outputs[s.outputOf(source) ?? -1];
  if (output !== undefined && sameSize(output.bytes, bytes)) return output.pointer;
  needAtMost(f, s.sizes, bytes, numberSize(MOST_BYTES));
  const local: Local = f.local("i32");
  pushSize(f, bytes);
  f.call(stackRoutine(s.program.shared));
  f.tee(local);
  f.op("i32.eqz");
  leaveIf(f);
  return { kind: "local", local, offset: 0 };
}

/** Calls, and leaves the function with the callee's status unless that is 0. */
export function callWithStatus(s: State, ref: FunctionRef, isSure = false): void {
  const { f } = s;
  f.call(ref);
  if (isSure) return f.op("drop");
  f.if(undefined, () => {
    f.i32(LEFT);
    f.op("return");
  });
}
