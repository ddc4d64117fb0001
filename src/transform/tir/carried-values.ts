/** Whether values of a buffer pass from one iteration of a loop to another. */
import { declareSymbols } from "../../analysis/tir/symbols.js";
import {
  Analyzer, detectIterMap, evalSet, everyInt, inverseOf, rangeOfSet, unionOf, type IntSet,
} from "../../arith/index.js"; // prettier-ignore
import { varsOf } from "../../ir/core/free-vars.js";
import { substitute } from "../../ir/core/rewrite.js";
import { range, type Range } from "../../ir/tir/buffer.js";
import {
  binary, compare, intImm, makeVar, unary, type PrimExpr, type Var,
} from "../../ir/tir/expr.js"; // prettier-ignore
import type { PrimFunc } from "../../ir/tir/function.js";
import type { For } from "../../ir/tir/stmt.js";
import { addInt, type Int } from "../../support/int.js";
import { isSymbolic } from "./bounded-walk.js";
import { loopsOf, sharedSteps, type Around, type BufferAccess } from "./buffer-uses.js";

/**
 * Whether no iteration of the loop reads what another one stored: iterations touch different elements, or each reads
 * only what it stored before. `at` is the position of the loop in the paths of all accesses.
 */
export function isPrivate(
  func: PrimFunc,
  accesses: readonly BufferAccess[],
  loop: For,
  at: number,
): boolean {
  return isRefilled(func, accesses, at) || isApart(func, accesses, loop, at);
}

/**
 * The elements that the accesses touch while the loops from position `from` of their paths on run; in dimensions that
 * are not asked for there is no answer.
 */
export function regionOf(
  analyzer: Analyzer,
  accesses: readonly BufferAccess[],
  from: number,
  isAsked: (dimension: number) => boolean = () => true,
): readonly (Range | undefined)[] {
  // Accesses inside the same loops, and among those the ones with the same index, touch the same.
  const domains = new Map<For | undefined, ReadonlyMap<Var, IntSet>>();
  const placed = accesses.map(({ node, path }) => {
    const loops = loopsOf(path.slice(from));
    const innermost = loops.at(-1);
    const domain = domains.get(innermost) ?? setsOf(analyzer, loops);
    domains.set(innermost, domain);
    return { indices: node.indices, domain };
  });
  return placed[0]!.indices.map((index, k) => {
    if (!isAsked(k)) return undefined;
    const sets = new Map<string, IntSet>();
    for (const { indices, domain } of placed) {
      const key = `${analyzer.table.identity(domain)} ${analyzer.poly(indices[k]!).key}`;
      if (!sets.has(key)) sets.set(key, evalSet(analyzer, indices[k]!, domain));
    }
    const all = [...sets.values()].reduce((a, b) => unionOf(analyzer, a, b, index.dtype));
    return rangeOfSet(analyzer, all, index.dtype);
  });
}

/** The values of loop variables; those of inner loops over all iterations of outer ones. */
function setsOf(analyzer: Analyzer, loops: readonly For[]): ReadonlyMap<Var, IntSet> {
  const sets = new Map<Var, IntSet>();
  for (const { var: v, min, extent, step } of loops) {
    const last = binary("sub", binary("add", min, extent), intImm(1, extent.dtype));
    const ends = [min, last].map((e) => (isSymbolic(e) ? evalSet(analyzer, e, sets) : everyInt));
    sets.set(v, step === undefined ? { min: ends[0]!.min, max: ends[1]!.max } : everyInt);
  }
  return sets;
}

/** What is known of the symbols and the loops of a path. */
export function analyzerAt(func: PrimFunc, path: readonly Around[]): Analyzer {
  const analyzer = new Analyzer();
  declareSymbols(func, analyzer);
  for (const step of path) {
    if (step.kind === "loop" && step.loop.step === undefined) {
      if (isSymbolic(step.loop.min) && isSymbolic(step.loop.extent))
        analyzer.bind(step.loop.var, range(step.loop.min, step.loop.extent));
    } else if (step.kind === "when" && isSymbolic(step.cond))
      analyzer.assume(step.cond, step.holds);
  }
  return analyzer;
}

/** Analysers for questions only, by the last step of their path, which a walk makes anew. */
const analyzers = new WeakMap<Around, Analyzer>();

/** What is known at a path, for questions that change nothing. */
function askedAt(func: PrimFunc, path: readonly Around[]): Analyzer {
  const last = path.at(-1);
  const known = last && analyzers.get(last);
  if (known !== undefined) return known;
  const made = analyzerAt(func, path);
  if (last !== undefined) analyzers.set(last, made);
  return made;
}

/** In some dimension all that an iteration touches lies behind all that the one before touches. */
function isApart(
  func: PrimFunc,
  accesses: readonly BufferAccess[],
  loop: For,
  at: number,
): boolean {
  const [first] = accesses;
  if (!accesses.some((a) => depends(a, loop.var, at + 1))) return false;
  const analyzer = askedAt(func, first!.path.slice(0, at + 1));
  const next = new Map<Var, PrimExpr>([
    [loop.var, binary("add", loop.var, intImm(1, loop.var.dtype))],
  ]);
  return regionOf(analyzer, accesses, at + 1).some((r) => {
    if (r === undefined || !isSymbolic(r.min) || !varsOf(r.min).includes(loop.var)) return false;
    const lower = substitute(r.min, next);
    return (
      analyzer.holds(compare("ge", lower, r.min)) &&
      analyzer.holds(compare("ge", lower, binary("add", r.min, r.extent)))
    );
  });
}

/** Whether where an access is depends on a variable, through the loops from a position of its path on too. */
const depends = ({ node, path }: BufferAccess, v: Var, from: number): boolean =>
  node.indices.some((e) => varsOf(e).includes(v)) ||
  loopsOf(path.slice(from)).some((f) => varsOf(f.min).includes(v) || varsOf(f.extent).includes(v));

/** Each read of an iteration is of an element that the same iteration stored before. */
function isRefilled(func: PrimFunc, accesses: readonly BufferAccess[], at: number): boolean {
  const stores = accesses.filter((a) => a.node.kind === "tir.Store");
  return accesses.every((read) => {
    if (read.node.kind === "tir.Store") return true;
    if (stores.some((s) => isPlainlyStored(s, read))) return true;
    const analyzer = askedAt(func, read.path);
    return stores.some((s) => isStoredBefore(analyzer, s, read, at));
  });
}

/** As one sees without arithmetic: loops of numbers around the store alone run over what the read has as indices. */
function isPlainlyStored(store: BufferAccess, read: BufferAccess): boolean {
  if (store.order > read.order || store.node.predicate !== undefined) return false;
  const own = store.path.slice(sharedSteps(store.path, read.path));
  const loops = loopsOf(own);
  if (own.some((s) => s.kind === "when" || s.kind === "other")) return false;
  if (!loops.every((f) => spanOf(f) !== undefined)) return false;
  const met = new Set<Var>();
  return store.node.indices.every((index, k) => {
    const wanted = read.node.indices[k]!;
    if (index.kind === "tir.IntImm") return wanted.kind === "tir.IntImm" && wanted.value === index.value; // prettier-ignore
    if (index.kind !== "tir.Var" || met.has(index)) return false;
    const loop = loops.find((f) => f.var === index);
    if (loop === undefined) return wanted === index;
    met.add(index);
    const around = loopsOf(read.path).find((f) => f.var === wanted);
    const span = wanted.kind === "tir.IntImm" ? { min: wanted.value, end: addInt(wanted.value, 1) } : around && spanOf(around); // prettier-ignore
    const { min, end } = spanOf(loop)!;
    return span !== undefined && min <= span.min && span.end <= end;
  });
}

/** From where to where the values of a loop that runs at least once are, where they are numbers. */
function spanOf({ min, extent, step }: For): { readonly min: Int; readonly end: Int } | undefined {
  if (min.kind !== "tir.IntImm" || extent.kind !== "tir.IntImm" || step !== undefined) return undefined; // prettier-ignore
  return extent.value > 0 ? { min: min.value, end: addInt(min.value, extent.value) } : undefined;
}

function isStoredBefore(
  analyzer: Analyzer,
  store: BufferAccess,
  read: BufferAccess,
  at: number,
): boolean {
  if (store.order > read.order || store.node.predicate !== undefined) return false;
  const shared = sharedSteps(store.path, read.path);
  // Of two branches one runs.
  if (store.path[shared]?.kind === "when" && read.path[shared]?.kind === "when") return false;
  const common = loopsOf(store.path.slice(at + 1, shared));
  const own = loopsOf(store.path.slice(shared));
  if (store.path.slice(shared).some((s) => s.kind === "other")) return false;
  if ([...common, ...own].some((f) => f.step !== undefined || !isSymbolic(f.min) || !isSymbolic(f.extent))) return false; // prettier-ignore
  // Where the conditions of both hold, as they do at the read, in the same iteration of the loops around both.
  const ownSteps = store.path.slice(shared);
  if (isFilledIn(analyzer, store, read, ownSteps, new Map())) return true;
  // In their first iteration, where the index is the same in all and what is around the store alone is not.
  const used = new Set(store.node.indices.flatMap(varsOf));
  const around = new Set(ownSteps.flatMap(varsOfStep));
  if (!common.some((f) => !used.has(f.var) && around.has(f.var))) return false;
  const first = new Map<Var, PrimExpr>();
  for (const f of common) if (!used.has(f.var)) first.set(f.var, substitute(f.min, first));
  return isFilledIn(analyzer, store, read, store.path.slice(at + 1), first);
}

/** What decides whether a store runs. */
function varsOfStep(step: Around): readonly Var[] {
  if (step.kind === "when") return varsOf(step.cond);
  return step.kind === "loop" ? [step.loop.min, step.loop.extent].flatMap(varsOf) : [];
}

/** Whether the store fills the element read, where loops stand at values; `steps` around the store must be gone through. */
function isFilledIn(
  analyzer: Analyzer,
  store: BufferAccess,
  read: BufferAccess,
  steps: readonly Around[],
  at: ReadonlyMap<Var, PrimExpr>,
): boolean {
  const own = loopsOf(store.path.slice(sharedSteps(store.path, read.path)));
  const values = new Map(at);
  const placed = (e: PrimExpr): PrimExpr => substitute(e, values);
  const conditionsOf = (step: Around): readonly PrimExpr[] => {
    if (step.kind === "when")
      return [isSymbolic(step.cond) ? placed(step.holds ? step.cond : unary("not", step.cond)) : NEVER]; // prettier-ignore
    if (step.kind !== "loop") return [];
    const { var: v, min, extent } = step.loop;
    const value = placed(v);
    return [
      compare("ge", value, placed(min)),
      compare("lt", value, placed(binary("add", min, extent))),
    ];
  };
  const holds = (step: Around): boolean => conditionsOf(step).every((c) => analyzer.holds(c));
  // Conditions that are the same in all iterations of the store's own loops are decided before those are looked for.
  const inner = new Set(own.map((f) => f.var));
  const isFixed = (s: Around): boolean => s.kind === "when" && !varsOfStep(s).some((v) => inner.has(v)); // prettier-ignore
  if (!steps.filter(isFixed).every(holds)) return false;
  const solved = runOf(analyzer, store, read, own);
  if (solved === undefined) return false;
  for (const f of own) values.set(f.var, solved.get(f.var) ?? placed(f.min));
  return (
    steps.filter((s) => !isFixed(s)).every(holds) &&
    store.node.indices.every((i, k) =>
      analyzer.holds(compare("eq", placed(i), read.node.indices[k]!)),
    )
  );
}

const NEVER = compare("eq", intImm(0), intImm(1));

/** The iteration of the loops around the store alone that fills the element read, where the index depends on them. */
function runOf(
  analyzer: Analyzer,
  store: BufferAccess,
  read: BufferAccess,
  own: readonly For[],
): ReadonlyMap<Var, PrimExpr> | undefined {
  const { indices } = store.node;
  const used = new Set(indices.flatMap(varsOf));
  const runs = own.filter((f) => used.has(f.var));
  const dims = indices.flatMap((e, k) =>
    varsOf(e).some((v) => runs.some((f) => f.var === v)) ? [k] : [],
  );
  return dims.length === 0 ? new Map() : solve(analyzer, store, read, runs, dims);
}

/** The loop variables that give the indices of the read. */
function solve(
  analyzer: Analyzer,
  store: BufferAccess,
  read: BufferAccess,
  loops: readonly For[],
  dims: readonly number[],
): ReadonlyMap<Var, PrimExpr> | undefined {
  const indices = dims.map((k) => store.node.indices[k]!);
  // Where each is one of the variables the read says which.
  const plain = new Map(indices.flatMap((e, i) => e.kind === "tir.Var" ? [[e, read.node.indices[dims[i]!]!] as const] : [])); // prettier-ignore
  if (plain.size === indices.length) return plain;
  const domain = new Map(loops.map((f) => [f.var, range(f.min, f.extent)]));
  const map = detectIterMap({ indices, domain, level: "surjective", analyzer });
  if (!map.ok) return undefined;
  const outputs = dims.map((k) => makeVar(`o${k}`, store.node.indices[k]!.dtype));
  const inverse = inverseOf(map, outputs);
  if (inverse === undefined) return undefined;
  const meant = new Map<Var, PrimExpr>(outputs.map((o, i) => [o, read.node.indices[dims[i]!]!]));
  return new Map([...inverse].map(([v, e]) => [v, substitute(e, meant)]));
}
