/** Matching of dataflow patterns against bindings. */
import type { Analyzer } from "../../../arith/index.js";
import { structuralEqual } from "../../../ir/core/equal.js";
import type { AttrValue } from "../../../ir/core/node.js";
import { isNode } from "../../../ir/nodes.js";
import type { Expr, Func, Var } from "../../../ir/relax/expr.js";
import { dimsOf, type StructInfo } from "../../../ir/relax/struct-info.js";
import type { PrimExpr, Var as Symbol } from "../../../ir/tir/expr.js";
import { inferExpr, makeInferContext } from "../../../op/deduce/index.js";
import type { Pattern } from "./pattern.js";

/** The places of a pattern in a function. */
export interface Match {
  /** Values under their labels. */
  readonly labels: ReadonlyMap<string, Expr>;
  /** Variables whose bindings the pattern describes, with the pattern. */
  readonly inner: ReadonlyMap<Var, Pattern>;
  /** What symbols of the pattern stand for. */
  readonly symbols: ReadonlyMap<Symbol, PrimExpr>;
}

/** Where a pattern is looked for. */
export interface MatchSite {
  /** The value of a variable that is bound near enough. */
  definition(v: Var): Expr | Func | undefined;
  readonly analyzer: Analyzer;
}

interface State {
  readonly labels: Map<string, Expr>;
  readonly inner: Map<Var, Pattern>;
  readonly symbols: Map<Symbol, PrimExpr>;
  readonly values: Map<Pattern, Expr>;
}

/** The match of a pattern whose result is this variable. */
export function matchPattern(pattern: Pattern, root: Var, site: MatchSite): Match | undefined {
  return matches(pattern, root, site, {
    labels: new Map(),
    inner: new Map(),
    symbols: new Map(),
    values: new Map(),
  });
}

const copyOf = (s: State): State => ({
  labels: new Map(s.labels),
  inner: new Map(s.inner),
  symbols: new Map(s.symbols),
  values: new Map(s.values),
});

/** The state after the pattern; undefined when it does not match. A state that is given is used up. */
function matches(p: Pattern, value: Expr, site: MatchSite, state: State): State | undefined {
  const known = state.values.get(p);
  if (known !== undefined) return sameValue(known, value) ? state : undefined;
  const after = matchKind(p, value, site, state);
  if (after === undefined) return undefined;
  after.values.set(p, value);
  if (p.label !== undefined) {
    const labelled = after.labels.get(p.label);
    if (labelled !== undefined && !sameValue(labelled, value)) return undefined;
    after.labels.set(p.label, value);
  }
  return after;
}

function matchKind(p: Pattern, value: Expr, site: MatchSite, state: State): State | undefined {
  switch (p.kind) {
    case "any":
      return hasInfo(value, p.info, site, state) ? state : undefined;
    case "constant": {
      const made = value.kind === "relax.Var" ? site.definition(value) : value;
      const isConstant = made?.kind === "relax.Const" && hasInfo(made, p.info, site, state);
      return isConstant ? state : undefined;
    }
    case "or":
      for (const choice of p.choices) {
        const after = matches(choice, value, site, copyOf(state));
        if (after !== undefined) return after;
      }
      return undefined;
    case "and":
      return p.all.reduce<State | undefined>((s, one) => s && matches(one, value, site, s), state);
    default:
      return matchBound(p, value, site, state);
  }
}

/** Patterns of values that a binding makes. */
function matchBound(
  p: Extract<Pattern, { kind: "call" | "tuple" | "item" }>,
  value: Expr,
  site: MatchSite,
  state: State,
): State | undefined {
  const made = value.kind === "relax.Var" ? site.definition(value) : value;
  if (made === undefined) return undefined;
  if (value.kind === "relax.Var") state.inner.set(value, p);
  const all = (patterns: readonly Pattern[], values: readonly Expr[]): State | undefined =>
    patterns.length !== values.length
      ? undefined
      : patterns.reduce<State | undefined>(
          (s, one, i) => s && matches(one, values[i]!, site, s),
          state,
        );
  switch (p.kind) {
    case "tuple":
      return made.kind === "relax.Tuple" ? all(p.fields, made.fields) : undefined;
    case "item":
      return made.kind === "relax.TupleGetItem" && made.index === p.index
        ? all([p.tuple], [made.tuple])
        : undefined;
    case "call": {
      if (made.kind !== "relax.Call" || made.op.kind !== "relax.Op" || made.op.name !== p.op)
        return undefined;
      for (const [name, accepted] of p.attrs) {
        const given = made.attrs.get(name) ?? null;
        if (!accepted.some((a) => sameAttr(a, given))) return undefined;
      }
      return p.args === undefined ? state : all(p.args, made.args);
    }
  }
}

const sameValue = (a: Expr, b: Expr): boolean =>
  a === b || (a.kind !== "relax.Var" && structuralEqual(a, b, { mapFreeVars: false }));

/** Whether two attribute values are equal; an integer equals the constant of the same value. */
export function sameAttr(a: AttrValue, b: AttrValue): boolean {
  const [x, y] = [plain(a), plain(b)];
  if (Array.isArray(x) && Array.isArray(y))
    return x.length === y.length && x.every((e: AttrValue, i) => sameAttr(e, y[i] as AttrValue));
  if (isNode(x) && isNode(y)) return structuralEqual(x, y, { mapFreeVars: false });
  return Object.is(x, y);
}

const plain = (a: AttrValue): AttrValue =>
  isNode(a) && (a.kind === "tir.IntImm" || a.kind === "tir.FloatImm" || a.kind === "tir.StringImm")
    ? a.value
    : a;

const inference = makeInferContext();

/** Whether what is known of a value includes the demands; symbols are bound at their first plain occurrence. */
function hasInfo(
  value: Expr,
  info: StructInfo | undefined,
  site: MatchSite,
  state: State,
): boolean {
  if (info === undefined || info.kind === "relax.ObjectInfo") return true;
  const given = inferExpr(value, inference);
  if (given.kind !== info.kind) return false;
  if (info.kind !== "relax.TensorInfo" || given.kind !== "relax.TensorInfo") return true;
  if (info.dtype !== undefined && info.dtype !== given.dtype) return false;
  if (info.ndim >= 0 && info.ndim !== given.ndim) return false;
  const wanted = dimsOf(info);
  if (wanted === undefined) return true;
  const dims = dimsOf(given);
  return dims !== undefined && wanted.every((d, i) => hasDim(d, dims[i]!, site, state));
}

function hasDim(wanted: PrimExpr, given: PrimExpr, site: MatchSite, state: State): boolean {
  if (wanted.kind !== "tir.Var") return site.analyzer.equal(wanted, given) === true;
  const bound = state.symbols.get(wanted);
  if (bound !== undefined) return bound === given || site.analyzer.equal(bound, given) === true;
  state.symbols.set(wanted, given);
  return true;
}
