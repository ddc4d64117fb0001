/** Running passes one after another, with hooks for dumps and verification. */
import { irModule, type BaseFunc, type IRModule } from "../ir/module.js";
import type { Func } from "../ir/relax/expr.js";
import type { PrimFunc } from "../ir/tir/function.js";
import type { OpLowering } from "../op/lowering.js";
import type { Sink } from "../support/diagnostic.js";
import { optionName, readOptions, type OptionSet, type Tensors } from "../support/option.js";
import type { TargetDescription } from "../support/target-description.js";
import { codes } from "./codes.js";
import { keepLevel, levelOf, reachesLevel, RELAX_LEVELS, relaxLevelsOf } from "./level.js";
import type { Pass, PassContext, TirLevel } from "./pass.js";
import type { PipelineItem } from "./pipeline-text.js";

/** A pass with the values of its options. */
export interface Step {
  readonly pass: Pass;
  readonly values: Readonly<Record<string, unknown>>;
  /** As written in a pipeline. */
  readonly text: string;
}

export interface PipelineHooks {
  /** After each pass: the step, its position, and the modules before and after (`===` when unchanged). */
  after?(step: Step, index: number, before: IRModule, after: IRModule): void;
  /** Checks a module (`--verify-each`); text of the first problem. */
  verify?(module: IRModule): string | undefined;
  readonly target?: TargetDescription | undefined;
  /** Handed to the passes. */
  readonly lowering?: OpLowering | undefined;
  readonly scheduler?: PassContext["scheduler"];
  readonly runKernel?: PassContext["runKernel"];
  readonly patterns?: PassContext["patterns"];
  readonly codegens?: PassContext["codegens"];
}

/** A step with given option values; for pipelines made in code. */
export const step = (
  pass: Pass<OptionSet>,
  values: Readonly<Record<string, unknown>> = {},
): Step => ({
  pass,
  values: { ...readOptions(pass.options, []).values, ...values },
  text: pass.name,
});

/**
 * Looks up the passes of a pipeline; unknown names and wrong options are all reported. `read` gives the tensors of files
 * that options name.
 */
export async function resolvePipeline(
  items: readonly PipelineItem[],
  lookup: (name: string) => Promise<Pass | undefined>,
  sink: Sink,
  suggest: (name: string) => string | undefined = () => undefined,
  read?: (file: string) => Promise<Tensors>,
): Promise<Step[] | undefined> {
  const steps: Step[] = [];
  let failed = false;
  for (const { name, options } of items) {
    const pass = await lookup(name);
    if (pass === undefined) {
      failed = true;
      const hint = suggest(name);
      sink.report(codes.unknownPass({ name, ...(hint === undefined ? {} : { hints: [hint] }) }));
      continue;
    }
    const { values, problems } = readOptions(pass.options, options);
    for (const p of problems) {
      failed = true;
      if (p.kind === "unknown") {
        const known = p.known.map((k) => `\`${k}\``).join(", ") || "none";
        sink.report(codes.unknownOption({ pass: name, option: p.name, known }));
      } else {
        sink.report(
          codes.badOption({ pass: name, option: p.name, found: p.found, expected: p.expected }),
        );
      }
    }
    const shown = options.map(([k, v]) =>
      v === undefined ? optionName(k) : `${optionName(k)}=${v}`,
    );
    if (read !== undefined) await readFiles(pass.options, values as Record<string, unknown>, read);
    steps.push({ pass, values, text: shown.length === 0 ? name : `${name}{${shown.join(",")}}` });
  }
  return failed ? undefined : steps;
}

/** Puts the tensors of files in place of the files' names. */
async function readFiles(
  options: OptionSet,
  values: Record<string, unknown>,
  read: (file: string) => Promise<Tensors>,
): Promise<void> {
  for (const [key, { kind }] of Object.entries(options)) {
    const value = values[key];
    if (kind === "tensors" && typeof value === "string") values[key] = await read(value);
  }
}

/** Passes that bring TensorIR down to a level. */
const LOWERED_BY: Readonly<Record<string, string>> = {
  loop: "`lower-init-block,lower-match-buffer,plan-allocation,convert-blocks`",
  flat: "`flatten-buffer`",
};

/** Runs the steps; undefined when a pass reported an error or broke the module. */
export function runPipeline(
  module: IRModule,
  steps: readonly Step[],
  sink: Sink,
  hooks: PipelineHooks = {},
): IRModule | undefined {
  let current = module;
  for (const [index, one] of steps.entries()) {
    let failed = false;
    const ctx: PassContext = {
      target: hooks.target,
      lowering: hooks.lowering,
      scheduler: hooks.scheduler,
      runKernel: hooks.runKernel,
      patterns: hooks.patterns,
      codegens: hooks.codegens,
      report(diagnostic) {
        if (diagnostic.severity === "error") failed = true;
        sink.report(diagnostic);
      },
    };
    checkLevel(current, one.pass, ctx);
    if (failed) return undefined;
    const after = one.pass.run(current, one.values, ctx);
    if (failed) return undefined;
    if (one.pass.dialect === "tir" && one.pass.to === undefined) keepLevels(current, after);
    hooks.after?.(one, index, current, after);
    const problem = hooks.verify?.(after);
    if (problem !== undefined) {
      sink.report(codes.notBroken({ pass: one.text, problem }));
      return undefined;
    }
    current = after;
  }
  return current;
}

function keepLevels(before: IRModule, after: IRModule): void {
  for (const [name, func] of after.functions) {
    const old = before.functions.get(name);
    if (func !== old && func.kind === "tir.PrimFunc" && old?.kind === "tir.PrimFunc")
      keepLevel(old, func);
  }
}

function checkLevel(module: IRModule, pass: Pass, ctx: PassContext): void {
  for (const [name, func] of module.functions) {
    if (func.kind === "tir.PrimFunc") checkTirLevel(name, func, pass, ctx);
    else if (func.kind === "relax.Function") checkRelaxLevel(module, name, func, pass, ctx);
  }
}

function checkTirLevel(name: string, func: PrimFunc, pass: Pass, ctx: PassContext): void {
  if (pass.dialect !== "tir" || pass.from === undefined) return;
  if (reachesLevel(func, pass.from as TirLevel)) return;
  ctx.report(
    codes.wrongLevel({
      pass: pass.name,
      from: pass.from,
      name,
      level: levelOf(func),
      fix: LOWERED_BY[pass.from]!,
      at: func.span,
    }),
  );
}

/** What makes a Relax function too high for a level, and what takes it away. */
const RELAX_LOWERED_BY: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  legal: ["operators", "`legalize-ops`"],
  alloc: ["calls whose outputs are not allocated", "`call-tir-rewrite`"],
  planned: ["allocations without storage", "`static-plan-block-memory`"],
  vm: ["what the machine does not know", "the passes before it"],
};

function checkRelaxLevel(
  module: IRModule,
  name: string,
  func: Func,
  pass: Pass,
  ctx: PassContext,
): void {
  const from = RELAX_LEVELS.findIndex((l) => l === pass.from);
  const through = RELAX_LEVELS.findIndex((l) => l === pass.through);
  if ((from <= 0 && through < 0) || func.attrs.has("Codegen") || func.attrs.has("Composite"))
    return;
  const levels = relaxLevelsOf(func, module);
  if (levels === undefined) return;
  if (RELAX_LEVELS.indexOf(levels.highest) < from) {
    const [what, fix] = RELAX_LOWERED_BY[pass.from!]!;
    ctx.report(
      codes.notLowEnough({ pass: pass.name, from: pass.from!, name, what, fix, at: func.span }),
    );
  } else if (through >= 0 && RELAX_LEVELS.indexOf(levels.lowest) > through) {
    ctx.report(
      codes.tooLow({
        pass: pass.name,
        through: pass.through!,
        name,
        level: levels.lowest,
        at: func.span,
      }),
    );
  }
}

/** The module with each T function mapped; the same object when nothing changed. */
export function mapPrimFuncs(
  module: IRModule,
  map: (func: PrimFunc, name: string) => PrimFunc,
): IRModule {
  let changed = false;
  const functions = new Map<string, BaseFunc>();
  for (const [name, func] of module.functions) {
    const mapped = func.kind === "tir.PrimFunc" ? map(func, name) : func;
    changed ||= mapped !== func;
    functions.set(name, mapped);
  }
  return changed ? irModule(functions, module) : module;
}
