/** Passes: pure functions from module to module, declared with name, options and the levels they work between. */
import type { IRModule } from "../ir/module.js";
import type { OpLowering } from "../op/lowering.js";
import type { ExternalCodegen } from "./relax/partition/external.js";
import type { PatternRule } from "./relax/pattern/pattern.js";
import type { NDArray } from "../support/ndarray.js";
import type { Scheduler } from "./scheduler.js";
import type { Sink } from "../support/diagnostic.js";
import type { OptionSet, OptionValues } from "../support/option.js";
import type { TargetDescription } from "../support/target-description.js";

/** Levels of TensorIR: schedulable blocks, plain loops, one-dimensional buffers. */
export type TirLevel = "block" | "loop" | "flat";
/** Levels of Relax. */
export type RelaxLevel = "graph" | "legal" | "alloc" | "planned" | "vm";
export type Level = TirLevel | RelaxLevel;

/**
 * Runs a T function of a module on tensors by compiled code, which gives the same as the interpreter; the last one takes
 * the result, the others stay. False when it is not possible or the function stopped.
 */
export type KernelRunner = (module: IRModule, name: string, args: readonly NDArray[]) => boolean;

/** What a pass may use beside its module: where to report. */
export interface PassContext extends Sink {
  /** What the program is compiled for, when the caller knows it. */
  readonly target?: TargetDescription | undefined;
  /** Lowerings of operators, where the caller has a library of them. */
  readonly lowering?: OpLowering | undefined;
  /** Schedules of T functions, where the caller has a library of them. */
  readonly scheduler?: Scheduler | undefined;
  /** Evaluates large constants. */
  readonly runKernel?: KernelRunner | undefined;
  /** Dataflow patterns of the target. */
  readonly patterns?: readonly PatternRule[] | undefined;
  /** Code generators outside the compiler, by name. */
  readonly codegens?: ReadonlyMap<string, ExternalCodegen> | undefined;
}

export interface Pass<S extends OptionSet = OptionSet> {
  /** Kebab-case, as in pipelines. */
  readonly name: string;
  readonly dialect: "tir" | "relax" | "module";
  readonly summary: string;
  /** The highest level it accepts; absent: all. */
  readonly from?: Level;
  /** The lowest level it accepts; absent: all. */
  readonly through?: Level;
  /** The level it leaves; absent: that of its input. */
  readonly to?: Level;
  readonly options: S;
  /** Passes or facts that must come before, for documentation and messages. */
  readonly requires?: readonly string[];
  /** Returns the same object when nothing changed. */
  run(module: IRModule, options: OptionValues<S>, ctx: PassContext): IRModule;
}

/** Declares a pass; the type of its options follows from the declaration. */
export const definePass = <const S extends OptionSet>(pass: Pass<S>): Pass<S> => pass;
