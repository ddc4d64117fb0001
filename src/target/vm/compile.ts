/** Relax functions as bytecode. */
import {
  immediate,
  makeCodeBuilder,
  register,
  type BuilderOperand,
  type Executable,
} from "../../artefact/index.js";
import { visit } from "../../ir/core/visit.js";
import type { IRModule } from "../../ir/module.js";
import type { Binding, Expr, Func, If, SeqExpr, Var } from "../../ir/relax/expr.js";
import type { Var as Symbol } from "../../ir/tir/expr.js";
import { DiagnosticError, type Sink } from "../../support/diagnostic.js";
import { lambdaLift } from "../../transform/relax/function/lambda-lift.js";
import { isFloat } from "../../support/dtype.js";
import type { Span } from "../../support/source.js";
import { emitCall, hasCode } from "./calls.js";
import { codes } from "./codes.js";
import { emitMatch, type Later } from "./match.js";
import { operandOf, registerOf } from "./operand.js";
import {
  bindSymbol,
  builtin,
  clear,
  freeTemporaries,
  heapOperand,
  makeRegisters,
  temporary,
  type Program,
  type State,
} from "./state.js";

export interface CompileVmOptions {
  /** Keep texts and places for messages; default true. */
  readonly sources?: boolean;
}

/**
 * Generates bytecode for all Relax functions of a module; T functions become kernels to be compiled elsewhere. Mistakes
 * go to the sink; then there is no result.
 */
export function compileVm(
  input: IRModule,
  sink: Sink,
  options: CompileVmOptions = {},
): Executable | undefined {
  if (reportMissing(input, sink)) return undefined;
  const module = lambdaLift.run(input, {}, sink);
  const builder = makeCodeBuilder(options.sources ?? true);
  const program: Program = {
    module,
    builder,
  };
  let failed = false;
  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      failed = true;
      sink.report(error.diagnostic);
    }
  };
  for (const [name, func] of module.functions) {
    if (func.kind === "tir.PrimFunc") operandOfKernel(program, name);
    if (func.kind !== "relax.Function") continue;
    // Functions that stood inside others have no name to call them by.
    guarded(() => compileFunction(program, name, func, input.functions.has(name)));
  }
  return failed ? undefined : builder.finish();
}

/** Kernels are callable by themselves, so all of them are in the table. */
function operandOfKernel(program: Program, name: string): void {
  operandOf({ program } as State, { kind: "ir.GlobalVar", name });
}

/** Names all operators without code in one message. */
function reportMissing(module: IRModule, sink: Sink): boolean {
  const missing = new Map<string, Span | undefined>();
  for (const func of module.functions.values()) {
    if (func.kind !== "relax.Function") continue;
    visit(func, {
      enter(node) {
        if (node.kind !== "relax.Call" || node.op.kind !== "relax.Op") return;
        const { name } = node.op;
        if (!hasCode(name) && !missing.has(name)) missing.set(name, node.span);
      },
    });
  }
  if (missing.size === 0) return false;
  const places = [...missing].filter((entry): entry is [string, Span] => entry[1] !== undefined);
  sink.report(
    codes.notLowered({
      at: places[0]?.[1],
      count: missing.size === 1 ? "1 operator has" : `${missing.size} operators have`,
      names: [...missing.keys()].map((name) => `\`R.${name}\``).join(", "),
      labels: places.slice(1).map(([name, span]) => ({ span, message: `\`R.${name}\`` })),
    }),
  );
  return true;
}

function compileFunction(program: Program, name: string, func: Func, isExported: boolean): void {
  const b = program.builder;
  const index = b.declare(name);
  const s: State = {
    program,
    b,
    name,
    values: new Map(),
    heap: undefined,
    slots: new Map(),
    floats: new Map(),
    origins: new Map(),
    computed: new Map(),
    shapes: new Map(),
    slotCount: 0,
    registers: makeRegisters(),
    temporaries: [],
  };
  b.begin(index);
  for (const p of func.params) s.values.set(p, s.registers.take());
  const heapSize = symbolsOf(func).size > 0 ? openHeap(s) : undefined;
  matchParams(s, func);
  const result = emitSeq(s, func.body);
  const out = s.registers.take();
  const r = result.kind === "register" ? result.register : out;
  if (result.kind !== "register") b.call(builtin(s, "copy"), [result], out, func.body.body.span);
  b.ret(r, func.body.body.span);
  if (heapSize !== undefined) b.setArgument(heapSize, immediate(s.slotCount));
  const names = func.params.map((p) => p.name);
  b.end(index, names, s.registers.count, isExported);
}

function symbolsOf(func: Func): ReadonlySet<Symbol> {
  const found = new Set<Symbol>();
  visit(func, { enter: (n) => (n.kind === "tir.Var" ? void found.add(n) : undefined) });
  return found;
}

/** Makes room for symbols; how much is known at the end of the function. */
function openHeap(s: State): number {
  s.heap = s.registers.take();
  return s.b.call(builtin(s, "alloc_shape_heap"), [immediate(0)], s.heap);
}

/** A scalar as the value of its symbol. */
function takeSymbol(s: State, v: Symbol, r: number): void {
  const slot = bindSymbol(s, v, s.name);
  const context = s.b.constant({ kind: "string", value: JSON.stringify({ name: v.name }) });
  s.b.call(
    builtin(s, "match_prim_value"),
    [
      register(r),
      heapOperand(s),
      immediate(1),
      immediate(slot),
      { kind: "constant", index: context },
    ],
    undefined,
  );
}

function matchParams(s: State, func: Func): void {
  const later: Later = [];
  for (const p of func.params) {
    if (p.sinfo === undefined) continue;
    const subject = { name: p.name, isParam: true, at: p.span };
    emitMatch(s, subject, register(registerOf(s, p)), p.sinfo, later);
  }
  for (const check of later) check();
  freeTemporaries(s);
}

/** For each variable of a sequence, the number of the last binding that uses it; the end for the result. */
function lastUses(seq: SeqExpr, bindings: readonly Binding[]): Map<Var, number> {
  const last = new Map<Var, number>();
  const note = (root: Binding | Expr, at: number): void =>
    visit(root, { enter: (n) => (n.kind === "relax.Var" ? void last.set(n, at) : undefined) });
  bindings.forEach((b, i) => note(b, i));
  note(seq.body, bindings.length);
  return last;
}

/** Writes the bindings of a sequence; its result is an operand that lives until something else is written. */
function emitSeq(s: State, seq: SeqExpr): BuilderOperand {
  const bindings = seq.blocks.flatMap((block) => block.bindings);
  const last = lastUses(seq, bindings);
  const dying = new Map<number, Var[]>();
  for (const b of bindings) {
    const at = last.get(b.var)!;
    dying.set(at, [...(dying.get(at) ?? []), b.var]);
  }
  bindings.forEach((b, i) => {
    emitBinding(s, b);
    freeTemporaries(s);
    for (const v of dying.get(i) ?? []) endLife(s, v);
  });
  return seq.body.kind === "relax.SeqExpr" ? emitSeq(s, seq.body) : valueOperand(s, seq.body);
}

/** A result that is no leaf is computed into a register of its own. */
function valueOperand(s: State, e: Expr): BuilderOperand {
  if (e.kind !== "relax.Call" && e.kind !== "relax.If" && e.kind !== "relax.TupleGetItem") {
    return operandOf(s, e);
  }
  const r = temporary(s, true);
  emitValue(s, e, r);
  return register(r);
}

function endLife(s: State, v: Var): void {
  const r = s.values.get(v);
  if (r === undefined) return;
  s.values.delete(v);
  if ([...s.floats.values()].includes(r)) return;
  const kind = v.sinfo?.kind;
  if (kind !== "relax.ShapeInfo" && kind !== "relax.PrimInfo") clear(s, r);
  s.registers.give(r);
}

function emitBinding(s: State, b: Binding): void {
  const r = s.registers.take();
  if (b.kind === "relax.MatchCast") {
    const value = valueOperand(s, b.value);
    const later: Later = [];
    const name = b.value.kind === "relax.Var" ? b.value.name : b.var.name;
    const at = b.span ?? b.value.span;
    emitMatch(s, { name, isParam: false, at }, value, b.sinfo, later);
    for (const check of later) check();
    s.b.call(builtin(s, "copy"), [value], r, at);
  } else if (b.value.kind === "relax.Function") {
    throw new Error("a nested function was not lifted");
  } else {
    emitValue(s, b.value, r);
  }
  s.values.set(b.var, r);
  bindScalar(s, b.var, r);
}

/** A scalar variable gives its symbol a value. */
function bindScalar(s: State, v: Var, r: number): void {
  const symbol = v.sinfo?.kind === "relax.PrimInfo" ? v.sinfo.value : undefined;
  if (symbol?.kind !== "tir.Var" || s.slots.has(symbol) || s.floats.has(symbol)) return;
  if (isFloat(symbol.dtype)) s.floats.set(symbol, r);
  else takeSymbol(s, symbol, r);
}

function emitValue(s: State, e: Expr, dst: number): void {
  switch (e.kind) {
    case "relax.Call":
      return emitCall(s, e, dst);
    case "relax.If":
      return emitIf(s, e, dst);
    case "relax.TupleGetItem":
      s.b.call(
        builtin(s, "tuple_getitem"),
        [operandOf(s, e.tuple), immediate(e.index)],
        dst,
        e.span,
      );
      return;
    case "relax.Tuple":
      s.b.call(builtin(s, "make_tuple"), e.fields.map((f) => operandOf(s, f)), dst, e.span); // prettier-ignore
      return;
    default:
      s.b.call(builtin(s, "copy"), [operandOf(s, e)], dst, e.span);
  }
}

/** Both branches put their value into `dst`; what they compute does not outlive them. */
function emitIf(s: State, e: If, dst: number): void {
  const cond = s.registers.take();
  s.b.call(builtin(s, "read_if_cond"), [operandOf(s, e.cond)], cond, e.span);
  const outer = s.temporaries;
  const toElse = s.b.branch(cond, e.span);
  emitBranch(s, e.then, dst);
  const toEnd = s.b.goto(e.span);
  s.b.land(toElse);
  emitBranch(s, e.otherwise, dst);
  s.b.land(toEnd);
  s.temporaries = outer;
  s.registers.give(cond);
}

function emitBranch(s: State, seq: SeqExpr, dst: number): void {
  const { computed, shapes } = s;
  const before = new Set(s.values.keys());
  s.computed = new Map(computed);
  s.shapes = new Map(shapes);
  s.temporaries = [];
  const result = emitSeq(s, seq);
  s.b.call(builtin(s, "copy"), [result], dst, seq.body.span);
  freeTemporaries(s);
  for (const v of [...s.values.keys()]) if (!before.has(v)) endLife(s, v);
  for (const [key, r] of s.shapes) if (!shapes.has(key)) s.registers.give(r);
  s.computed = computed;
  s.shapes = shapes;
}
