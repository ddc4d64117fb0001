/** Whole TensorIR functions: entry checks, binding of parameters, the body. */
import { initEmptyReductions } from "../../arith/empty-reductions.js";
import { exprText } from "../../arith/index.js";
import type { Func } from "../../ir/relax/expr.js";
import type { Var } from "../../ir/tir/expr.js";
import type { Param, PrimFunc } from "../../ir/tir/function.js";
import { isVector } from "../../support/dtype.js";
import { converter, type Scalar } from "../../support/numeric/scalar.js";
import type { Value } from "../../support/value.js";
import { codes } from "../codes.js";
import { fail } from "../fail.js";
import { compileMatch, mismatchText, unknownIn, type Mismatch } from "./bind.js";
import { valuesText, type CompiledFunction, type Compiler, type Machine } from "./compiler.js";
import { compileAny, compileLanes, compileScalar } from "./expression.js";
import {
  isPointer,
  isView,
  makeView,
  pointerTo,
  type Frame,
  type Slot,
  type View,
} from "./memory.js";
import { compileStatement, RESULT } from "./statement.js";

/** Options of one run; absent limits are generous. */
export type MachineInit = Pick<Machine, "module"> &
  Partial<Omit<Machine, "module" | "steps" | "depth" | "memory" | "functionOf" | "callRelax">> & {
    callRelax?(machine: Machine, func: Func, args: readonly Value[]): Value;
  };

export function makeMachine(init: MachineInit): Machine {
  const compiled = new Map<PrimFunc, CompiledFunction>();
  const machine: Machine = {
    module: init.module,
    hosts: init.hosts ?? new Map(),
    guards: init.guards ?? new Map(),
    stepLimit: init.stepLimit ?? Infinity,
    depthLimit: init.depthLimit ?? 800,
    memoryLimit: init.memoryLimit ?? 2 ** 31,
    vscale: init.vscale ?? 2,
    print: init.print ?? (() => undefined),
    steps: 0,
    depth: 0,
    memory: 0,
    callRelax: (func, args) =>
      init.callRelax === undefined
        ? fail(codes.noFunction({ name: func.name }))
        : init.callRelax(machine, func, args),
    functionOf(func) {
      const known = compiled.get(func);
      if (known) return known;
      const made = compileFunction(machine, func);
      compiled.set(func, made);
      return made;
    },
  };
  return machine;
}

export function makeCompiler(machine: Machine, func: PrimFunc): Compiler {
  const slots: Compiler["slots"] = new Map();
  const c: Compiler = {
    machine,
    func,
    slots,
    threads: new Set(),
    slot(binder) {
      let at = slots.get(binder);
      // Slot 0 holds the result.
      if (at === undefined) slots.set(binder, (at = slots.size + 1));
      return at;
    },
    scalar: (e, checked, to) => compileScalar(c, e, checked, to),
    lanes: (e, checked, to) => compileLanes(c, e, checked, to),
    any: (e) => compileAny(c, e),
  };
  return c;
}

type Bind = (f: Frame, arg: Slot) => void;
type Check = (f: Frame, arg: Slot) => void;

const compileFunction = (machine: Machine, func: PrimFunc): CompiledFunction => {
  const c = makeCompiler(machine, func);
  const known = new Set<Var>();
  const boundBy = new Map<Var, string>();
  for (const p of func.params) if (p.buffer === undefined) known.add(p.var);
  const parts = func.params.map((p) => compileParam(c, p, known, boundBy));
  const guards = (machine.guards.get(func) ?? []).map(({ cond, text, span }) => ({
    cond,
    text: text ?? exprText(cond),
    span,
    code: c.scalar(cond, false),
  }));
  let body: ((f: Frame) => number) | undefined;
  return {
    run(args) {
      if (args.length !== func.params.length) {
        fail(
          codes.argumentCount({
            at: func.span,
            name: func.name,
            expected: func.params.length,
            actual: args.length,
          }),
        );
      }
      const frame: Frame = new Array<Slot>(c.slots.size + 1).fill(undefined);
      parts.forEach((p, i) => p.bind(frame, args[i]));
      parts.forEach((p, i) => p.check(frame, args[i]));
      for (const { cond, text, span, code } of guards) {
        if (code(frame) !== 0) continue;
        const values = valuesText(c, frame, cond);
        const at = span ?? cond.span ?? func.span;
        const label = span === undefined ? undefined : "this access needs it";
        fail(codes.guardFailed({ at, label, name: func.name, condition: text, values }));
      }
      body ??= compileStatement(c, initEmptyReductions(func).body);
      body(frame);
      const result = frame[RESULT];
      if (result === undefined && func.retType.code !== "void") {
        fail(codes.missingReturn({ at: func.span, name: func.name, type: func.retType.name }));
      }
      return result;
    },
  };
};

function compileParam(
  c: Compiler,
  p: Param,
  known: Set<Var>,
  boundBy: Map<Var, string>,
): { readonly bind: Bind; readonly check: Check } {
  if (p.buffer === undefined) return compileScalarParam(c, p);
  const { buffer } = p;
  const before = new Set(known);
  const match = compileMatch(c, buffer, known);
  for (const v of known) if (!before.has(v)) boundBy.set(v, buffer.name);
  const handle = c.slot(p.var);
  // A plain pointer has no shape of its own: it is taken to have the declared one.
  const declared = buffer.shape.map((d) =>
    unknownIn(d, before) === undefined ? c.scalar(d, true) : undefined,
  );
  const viewOf = (f: Frame, arg: Slot): View => {
    if (isView(arg)) return arg;
    const shape = declared.map((d) => d && Number(d(f)));
    if (isPointer(arg) && shape.every((d) => d !== undefined)) {
      const view = makeView(arg.storage, buffer.dtype, shape as number[]);
      return { ...view, offset: arg.at / view.size };
    }
    return fail(
      codes.argumentKind({
        at: p.span,
        param: buffer.name,
        name: c.func.name,
        expected: `a tensor of ${buffer.dtype.name}`,
        actual: isPointer(arg) ? "a pointer without a shape" : "a scalar",
      }),
    );
  };
  const views = new Map<Frame, View>();
  return {
    bind(f, arg) {
      const view = viewOf(f, arg);
      checkTensor(c, p, view);
      views.set(f, view);
      match.bind(f, view);
      f[handle] = pointerTo(view);
    },
    check(f) {
      const view = views.get(f)!;
      views.delete(f);
      match.check(f, view, (bad) => reportMismatch(c, f, p, bad, boundBy));
    },
  };
}

function checkTensor(c: Compiler, p: Param, view: View): void {
  const buffer = p.buffer!;
  const isByteOfBool = view.size === 1 && buffer.dtype.code === "bool";
  if (view.dtype !== buffer.dtype && !isByteOfBool) {
    fail(
      codes.argumentKind({
        at: p.span ?? buffer.span,
        param: buffer.name,
        name: c.func.name,
        expected: `a tensor of ${buffer.dtype.name}`,
        actual: `one of ${view.dtype.name}`,
      }),
    );
  }
  if (view.shape.length !== buffer.shape.length) {
    fail(
      codes.argumentRank({
        at: p.span ?? buffer.span,
        param: buffer.name,
        name: c.func.name,
        expected: buffer.shape.length,
        actual: view.shape.length,
      }),
    );
  }
}

function reportMismatch(
  c: Compiler,
  f: Frame,
  p: Param,
  bad: Mismatch,
  boundBy: ReadonlyMap<Var, string>,
): void {
  if (bad.what === "stride" && (f[c.slot(p.buffer!)] as View).shape[bad.axis] === 1) return;
  const { dimension } = bad;
  const origin = dimension.kind === "tir.Var" ? boundBy.get(dimension) : undefined;
  const notes =
    origin === undefined ? [] : [`\`${exprText(dimension)}\` was bound by \`${origin}\``];
  const values = valuesText(c, f, dimension);
  if (dimension.kind !== "tir.Var" && values !== "") notes.push(`here ${values}`);
  const common = {
    at: p.buffer!.span ?? p.span,
    axis: bad.axis,
    param: p.buffer!.name,
    name: c.func.name,
    actual: bad.actual,
    dimension: mismatchText(bad),
    expected: bad.expected,
    notes,
  };
  fail(
    bad.what === "extent"
      ? codes.argumentShape(common)
      : codes.argumentLayout({
          ...common,
          what: bad.what === "stride" ? "the stride of axis" : "the offset",
        }),
  );
}

function compileScalarParam(c: Compiler, p: Param): { readonly bind: Bind; readonly check: Check } {
  const slot = c.slot(p.var);
  const type = p.var.dtype;
  const wrong = (arg: Slot): never =>
    fail(
      codes.argumentKind({
        at: p.span ?? p.var.span,
        param: p.var.name,
        name: c.func.name,
        expected: type.code === "handle" ? "a pointer" : `a ${type.name}`,
        actual: isView(arg) ? "a tensor" : isPointer(arg) ? "a pointer" : "something else",
      }),
    );
  const convert = type.code === "handle" || isVector(type) ? undefined : converter(type, type);
  return {
    bind(f, arg) {
      if (type.code === "handle") {
        f[slot] = isView(arg) ? pointerTo(arg) : arg;
      } else if (isVector(type)) {
        f[slot] = arg;
      } else if (typeof arg === "number" || typeof arg === "bigint") {
        f[slot] = convert!(arg as Scalar);
      } else if (isView(arg) && arg.shape.length === 0) {
        f[slot] = arg.access.read(arg.storage.view, arg.offset * arg.size);
      } else wrong(arg);
    },
    check: () => undefined,
  };
}
