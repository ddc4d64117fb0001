/** Loops of a template: over packs at compile time, over ranges at run time. */
import type * as ast from "../../grammar/ast/nodes.js";
import { noAttrs, type Attrs } from "../ir/core/node.js";
import { range } from "../ir/tir/buffer.js";
import { intImm, makeVar, type PrimExpr, type Var } from "../ir/tir/expr.js";
import { forLoop, type LoopKind, type Stmt } from "../ir/tir/stmt.js";
import { castTo } from "../syntax/elaborate/tir/operators.js";
import { int64 } from "../support/dtype.js";
import { argumentsOf, bindArguments, type Arguments } from "./arguments.js";
import { numbered } from "./axes.js";
import { annotationsOf } from "./blocks.js";
import { codes } from "./codes.js";
import { bindTargets, isStaticIterable, staticItems } from "./evaluate.js";
import { execute, executeInside, type Returned } from "./execute.js";
import { arithmetic, toExpr } from "./operators.js";
import { lookupEntry, type Scope } from "./scope.js";
import { collect, emit, fail, placeOf, spanOf, type State } from "./state.js";
import { exprValue, intValue, pack, valueText, type Value } from "./values.js";

const KINDS: Readonly<Record<string, LoopKind>> = {
  range: "serial", "T.serial": "serial", "T.parallel": "parallel", "T.vectorized": "vectorized", "T.unroll": "unrolled",
}; // prettier-ignore

/** `for … in …:` */
export function executeFor(s: State, scope: Scope, stmt: ast.For): Returned {
  const { iter } = stmt;
  const targets =
    stmt.target.kind === "Tuple" || stmt.target.kind === "List" ? stmt.target.items : [stmt.target];
  if (isStaticIterable(scope, iter) || s.host?.isStatic === true) {
    for (const item of staticItems(s, scope, iter)) {
      bindTargets(s, scope, targets, item, iter);
      const returned = execute(s, scope, stmt.body.body);
      if (returned !== undefined) return returned;
    }
    return undefined;
  }
  const name = iterableName(scope, iter);
  if (iter.kind === "Call" && name === "T.grid")
    grid(s, scope, stmt, targets, argumentsOf(s, scope, iter));
  else if (iter.kind === "Call" && name !== undefined && KINDS[name] !== undefined) {
    const isDict = ({ name: key, value }: ast.Argument): boolean =>
      key === "annotations" && value.kind === "Dict";
    const dict = iter.args.find(isDict)?.value;
    const plain =
      dict === undefined ? iter : { ...iter, args: iter.args.filter((a) => !isDict(a)) };
    counted(
      s,
      scope,
      stmt,
      KINDS[name],
      bindArguments(s, plain, name, ["start", "stop?", "step?"], argumentsOf(s, scope, plain)),
      dict?.kind === "Dict" ? annotationsOf(s, scope, dict) : noAttrs,
    );
  } else
    return fail(
      codes.invalidArgument({
        ...placeOf(s, iter),
        what: "a loop runs over range(…) or T.grid(…) at run time, or S.each(…), S.zip(…), S.range(…) at compile time",
      }),
    );
  return undefined;
}

function iterableName(scope: Scope, iter: ast.Expr): string | undefined {
  if (iter.kind !== "Call") return undefined;
  const { func } = iter;
  if (func.kind === "Name") return lookupEntry(scope, func.id) === undefined ? func.id : undefined;
  if (func.kind !== "Attribute" || func.value.kind !== "Name" || func.value.id !== "T")
    return undefined;
  return `T.${func.name}`;
}

interface Level {
  readonly var: Var;
  readonly min: PrimExpr;
  readonly extent: PrimExpr;
}

/** One loop for each element; targets mirror arguments: a pack gives a pack of loop variables. */
function grid(
  s: State,
  scope: Scope,
  stmt: ast.For,
  targets: readonly ast.Expr[],
  args: Arguments,
): void {
  const { positional } = args;
  const [single] = targets;
  const alone = targets.length === 1 && single?.kind === "Name" ? single.id : undefined;
  const call = stmt.iter.kind === "Call" ? stmt.iter : undefined;
  const isStarred = call?.args.some((a) => a.value.kind === "Starred") ?? false;
  const levels: Level[] = [];
  const level = (extent: Value, name: string): Value => {
    if (extent.kind === "pack")
      return pack(extent.items.map((d, i) => level(d, numbered(name, i))));
    const v = makeVar(name, int64, spanOf(s, stmt.target));
    levels.push({ var: v, min: intImm(0, int64), extent: extentOfLoop(s, extent, stmt.iter) });
    return exprValue(v, "index");
  };
  let bound: Value;
  if (alone !== undefined && (isStarred || positional.length !== 1))
    bound = level(pack(positional), alone);
  else if (alone !== undefined) bound = level(positional[0]!, alone);
  else {
    if (targets.length !== positional.length)
      return fail(
        codes.packLength({
          ...placeOf(s, stmt.target),
          what: `${targets.length} targets for ${positional.length} arguments of T.grid`,
        }),
      );
    bound = pack(positional.map((p, i) => level(p, nameOf(targets[i]!))));
  }
  nest(s, scope, stmt, levels, "serial", (inside) =>
    bindTargets(s, inside, targets, bound, stmt.target),
  );
}

const nameOf = (e: ast.Expr): string => (e.kind === "Name" ? e.id : "i");

function extentOfLoop(s: State, v: Value, at: ast.Expr): PrimExpr {
  if (v.kind === "int" || v.kind === "expr") return castTo(toExpr(s, v, at), int64);
  return fail(codes.invalidArgument({ ...placeOf(s, at), what: `${valueText(v)} is no length` }));
}

/** `range(lo, hi)`, `T.parallel(n)`, … */
function counted(
  s: State,
  scope: Scope,
  stmt: ast.For,
  kind: LoopKind,
  bound: ReadonlyMap<string, Value>,
  annotations: Attrs,
): void {
  const at = stmt.iter;
  const first = bound.get("start")!;
  const stop = bound.get("stop");
  const step = bound.get("step");
  const min = stop === undefined ? intValue(0) : first;
  const extent = stop === undefined ? first : arithmetic(s, at, "sub", stop, first);
  const v = makeVar(nameOf(stmt.target), int64, spanOf(s, stmt.target));
  const one: Level = {
    var: v,
    min: extentOfLoop(s, min, at),
    extent: s.analyzer.simplify(extentOfLoop(s, extent, at)),
  };
  const by = step === undefined ? undefined : extentOfLoop(s, step, at);
  nest(
    s, scope, stmt, [one], kind,
    (inside) => bindTargets(s, inside, [stmt.target], exprValue(v, "index"), stmt.target),
    by, annotations,
  ); // prettier-ignore
}

function nest(
  s: State,
  scope: Scope,
  stmt: ast.For,
  levels: readonly Level[],
  loopKind: LoopKind,
  define: (inside: Scope) => void,
  step?: PrimExpr,
  annotations: Attrs = noAttrs,
): void {
  const body = collect(s, () =>
    executeInside(s, scope, "loop", stmt.body.body, (inside) => {
      for (const { var: v, min, extent } of levels) {
        const domain = range(min, extent);
        s.loops.set(v, domain);
        s.analyzer.bind(v, domain);
      }
      define(inside);
    }),
  );
  let made: Stmt = body;
  for (const { var: v, min, extent } of [...levels].reverse())
    made = forLoop({
      min,
      extent,
      var: v,
      loopKind,
      annotations,
      body: made,
      span: spanOf(s, stmt.target),
      ...(step !== undefined && { step }),
    });
  emit(s, made, stmt);
}
