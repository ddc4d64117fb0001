/** Memory plans of Relax functions whose allocations are explicit. */
import { analyzerFor } from "../../analysis/relax/facts.js";
import { visit } from "../../ir/core/visit.js";
import type { IRModule } from "../../ir/module.js";
import type { Binding, Func } from "../../ir/relax/expr.js";
import type { Var } from "../../ir/tir/expr.js";
import { varsOf } from "../../ir/core/free-vars.js";
import type { MemoryPlan, PlanOptions, PlanProblem, SizeSymbol } from "../model.js";
import { planMemory } from "../plan-memory.js";
import { buffersOf, type Buffer, type BufferOptions } from "./buffers.js";
import { livesOf, summariesOf, type Lives, type Summaries } from "./lives.js";

/** The buffers whose sizes are known from one point on, and where they lie. */
export interface RegionPlan {
  /** The binding after which sizes are known; absent: the start of the function. */
  readonly after: Binding | undefined;
  /** Buffers in the order of the plan. */
  readonly buffers: readonly Buffer[];
  readonly problem: PlanProblem;
  readonly plan: MemoryPlan;
  /** Symbols in the order of the plan. */
  readonly symbols: readonly Var[];
}

/** The plan of a function. */
export interface FunctionPlan {
  readonly name: string;
  readonly func: Func;
  readonly regions: readonly RegionPlan[];
  /** Buffers that are given back: each has memory of its own. */
  readonly outputs: readonly Buffer[];
  /** T functions that are called with an input and an output in the same memory. */
  readonly aliased: ReadonlySet<string>;
}

export interface ModulePlanOptions extends PlanOptions, Partial<BufferOptions> {}

/** Plans every Relax function of a module. */
export function planModule(module: IRModule, options: ModulePlanOptions = {}): FunctionPlan[] {
  const summaries = summariesOf(module);
  const plans: FunctionPlan[] = [];
  for (const [name, func] of module.functions) {
    if (func.kind === "relax.Function") plans.push(planFunction(module, name, func, summaries, options)); // prettier-ignore
  }
  return plans;
}

/** Plans one function; functions inside it have allocations of their own. */
export function planFunction(
  module: IRModule,
  name: string,
  func: Func,
  summaries: Summaries,
  options: ModulePlanOptions = {},
): FunctionPlan {
  const lives = livesOf(module, func, summaries);
  const analyzer = analyzerFor(func);
  const inPlace = options.inPlace ?? true;
  const { buffers, aliased } = buffersOf(module, lives, analyzer, { inPlace });
  const groups = new Map<Binding | undefined, Buffer[]>();
  for (const b of buffers) {
    if (b.isOutput || !isPlannable(b)) continue;
    const group = groups.get(b.after);
    if (group === undefined) groups.set(b.after, [b]);
    else group.push(b);
  }
  const regions = [...groups].map(([after, group]) =>
    planRegion(func, lives, after, group, options),
  );
  return { name, func, regions, outputs: buffers.filter((b) => b.isOutput), aliased };
}

function planRegion(
  func: Func,
  lives: Lives,
  after: Binding | undefined,
  buffers: readonly Buffer[],
  options: PlanOptions,
): RegionPlan {
  const symbols = [...new Set(buffers.flatMap((b) => varsOf(b.bytes)))];
  const problem: PlanProblem = {
    symbols: symbols.map((v) => boundsOf(func, v)),
    buffers: buffers.map((b, i) => ({
      id: String(i),
      name: b.name,
      lower: b.lower,
      upper: b.upper,
      size: b.bytes,
    })),
    steps: lives.steps,
  };
  return { after, buffers, problem, symbols, plan: planMemory(problem, options) };
}

/** The range that function attributes declare for a symbol. */
function boundsOf(func: Func, variable: Var): SizeSymbol {
  const of = (key: string): number | undefined => {
    const table = func.attrs.get(key);
    const value: unknown = table instanceof Map ? table.get(variable.name) : undefined;
    if (typeof value === "number") return value;
    const node = value as { readonly kind?: string; readonly value?: unknown } | undefined;
    return node?.kind === "tir.IntImm" && typeof node.value === "number" ? node.value : undefined;
  };
  const lower = of("tir_var_lower_bound");
  const upper = of("tir_var_upper_bound");
  return {
    variable,
    ...(lower === undefined ? {} : { lower }),
    ...(upper === undefined ? {} : { upper }),
  };
}

/** Sizes with anything but arithmetic over symbols keep an allocation of their own. */
function isPlannable({ bytes }: Buffer): boolean {
  let plain = true;
  visit(bytes, {
    enter(n) {
      if (n.kind === "tir.Call" || n.kind === "tir.Load" || n.kind === "tir.CallGlobal")
        plain = false;
      if (n.kind === "tir.Binary" && /bit|sh[lr]/.test(n.op)) plain = false;
    },
  });
  return plain;
}
