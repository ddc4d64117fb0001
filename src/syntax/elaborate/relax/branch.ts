/** `if` in R: an expression that gives the last binding of the branch taken. */
import { silenceBindings } from "./silence.js";
import type * as A from "../../../../grammar/ast/nodes.js";
import {
  ifExpr,
  primValue,
  seqExpr,
  type Binding,
  type Expr,
  type SeqExpr,
} from "../../../ir/relax/expr.js";
import { structuralEqual } from "../../../ir/core/equal.js";
import { bindingBlock, matchCast, relaxVar, varBinding, type Var } from "../../../ir/relax/expr.js";
import { infoOf } from "./infer.js";
import { define, resolve, withScope } from "../../context.js";
import { plainLiteral } from "../literal.js";
import { relaxCodes } from "../../relax-codes.js";
import { BRANCH, elaborateExpr } from "./expression.js";
import { leaf, scalarOf } from "./operand.js";
import { at, emitNamed, fail, finishFrame, newFrame, type FunctionState } from "./state.js";
import { elaborateStatement } from "./statement.js";
import { describe, isExpr } from "./value.js";

interface Branch {
  readonly seq: SeqExpr;
  readonly name: string;
  readonly locals: readonly string[];
}

/** `if c: … else: …`; binds the common last name. */
export function elaborateIf(state: FunctionState, stmt: A.If): void {
  if (state.frame.dataflow) {
    fail(state, relaxCodes.ifInDataflow({ at: { ...at(state, stmt), end: stmt.cond.end } }));
    silenceBindings(state, [stmt]);
    return;
  }
  const chosen = constantCondition(state, stmt.cond);
  if (chosen !== undefined) {
    const taken = chosen ? stmt.then : stmt.otherwise;
    for (const inner of taken?.body ?? []) elaborateStatement(state, inner);
    return;
  }
  const cond = condition(state, stmt.cond);
  if (stmt.otherwise === undefined) {
    fail(
      state,
      relaxCodes.elseMissing({
        at: { ...at(state, stmt), end: stmt.cond.end },
        name: lastName(stmt.then) ?? "the result",
      }),
    );
  }
  const then = branch(state, stmt.then, "_then", stmt);
  const otherwise =
    stmt.otherwise === undefined ? undefined : branch(state, stmt.otherwise, "_else", stmt);
  for (const name of [...(then?.locals ?? []), ...(otherwise?.locals ?? [])]) {
    if (resolve(state.ctx, name) === undefined)
      define(state.ctx, name, { kind: "closed", reason: BRANCH });
  }
  if (then === undefined || otherwise === undefined) {
    const name = then?.name ?? otherwise?.name;
    if (name !== undefined) define(state.ctx, name, { kind: "error" });
    return;
  }
  if (then.name !== otherwise.name) {
    fail(
      state,
      relaxCodes.branchResult({
        at: { ...at(state, stmt), end: stmt.cond.end },
        first: then.name,
        second: otherwise.name,
      }),
    );
    define(state.ctx, then.name, { kind: "error" });
    define(state.ctx, otherwise.name, { kind: "error" });
    return;
  }
  if (cond === undefined) {
    define(state.ctx, then.name, { kind: "error" });
    return;
  }
  state.statement = stmt;
  emitNamed(state, ifExpr(cond, then.seq, otherwise.seq, at(state, stmt)), {
    name: then.name,
    span: at(state, stmt),
  });
}

/** A condition that is known while the text is read: a template constant, `True`, `False`. */
function constantCondition(state: FunctionState, node: A.Expr): boolean | undefined {
  const plain =
    node.kind === "Name" || node.kind === "Unary" ? plainLiteral(state.ctx, node) : undefined;
  return typeof plain === "boolean" ? plain : undefined;
}

function condition(state: FunctionState, node: A.Expr): Expr | undefined {
  const value = elaborateExpr(state, node);
  if (value.kind === "error") return undefined;
  const prim = scalarOf(value, at(state, node));
  if (prim !== undefined) return primValue(prim, at(state, node));
  if (isExpr(value)) return leaf(state, value, at(state, node));
  fail(state, relaxCodes.condition({ at: at(state, node), found: describe(value) }));
  return undefined;
}

/** Name that a suite binds last. */
function lastName(suite: A.Suite): string | undefined {
  const stmt = suite.body[suite.body.length - 1];
  if (stmt?.kind === "If") return lastName(stmt.then);
  if (stmt?.kind === "FunctionDef") return stmt.name;
  const target =
    stmt?.kind === "Assign"
      ? stmt.targets[0]
      : stmt?.kind === "AnnAssign"
        ? stmt.target
        : undefined;
  if (target?.kind === "Tuple" || target?.kind === "List") {
    const last = target.items[target.items.length - 1];
    return last?.kind === "Name" ? last.id : undefined;
  }
  return target?.kind === "Name" ? target.id : undefined;
}

function branch(
  state: FunctionState,
  suite: A.Suite,
  suffix: string,
  stmt: A.If,
): Branch | undefined {
  const saved = state.frame;
  state.frame = newFrame();
  const made = withScope(state.ctx, () => {
    for (const inner of suite.body) {
      if (inner.kind === "Return") fail(state, relaxCodes.returnLast({ at: at(state, inner) }));
      else elaborateStatement(state, inner);
    }
    return closeBranch(state, suite, suffix, stmt);
  });
  state.frame = saved;
  return made;
}

/** The last binding gives the value: a leaf stands as the body itself, anything else gets a variable of its own. */
function closeBranch(
  state: FunctionState,
  suite: A.Suite,
  suffix: string,
  stmt: A.If,
): Branch | undefined {
  const locals = [...state.ctx.scope.names.keys()];
  const blocks = finishFrame(state);
  const block = blocks[blocks.length - 1];
  const last = block?.bindings[block.bindings.length - 1];
  const failed = lastName(suite);
  if (block === undefined || last === undefined) {
    const silent = failed !== undefined && state.ctx.scope.names.get(failed)?.kind === "error";
    if (!silent) {
      const first = suite.body[0];
      fail(
        state,
        relaxCodes.emptyBranch({ at: first === undefined ? at(state, stmt) : at(state, first) }),
      );
    }
    return undefined;
  }
  const before = block.bindings.slice(0, -1);
  const { annotated, sinfo } = last.var;
  const rest: Binding[] = [...before];
  let body: Expr;
  if (
    last.kind === "relax.VarBinding" &&
    isLeaf(last.value as Expr) &&
    !saysMore(state, last.var, last.value as Expr)
  )
    body = last.value as Expr;
  else {
    const renamed = relaxVar(`${last.var.name}${suffix}`, sinfo, {
      annotated,
      span: last.var.span,
    });
    rest.push(
      last.kind === "relax.VarBinding"
        ? varBinding(renamed, last.value, last.span)
        : matchCast(renamed, last.value, last.sinfo, last.span),
    );
    body =
      sinfo?.kind === "relax.PrimInfo" && sinfo.value !== undefined
        ? primValue(sinfo.value)
        : renamed;
  }
  const all = [
    ...blocks.slice(0, -1),
    ...(rest.length === 0 ? [] : [bindingBlock(rest, block.dataflow)]),
  ];
  return { seq: seqExpr(all, body), name: last.var.name, locals };
}

/** Whether the annotation of a variable is another type than that of its value, so that it must be kept. */
const saysMore = (state: FunctionState, v: Var, value: Expr): boolean =>
  v.annotated &&
  v.sinfo !== undefined &&
  v.sinfo.kind !== "relax.PrimInfo" &&
  !structuralEqual(v.sinfo, infoOf(state.ctx, value), { mapFreeVars: false });

/** Leaves, and tuples of leaves. */
export function isLeaf(value: Expr): boolean {
  switch (value.kind) {
    case "relax.Call":
    case "relax.If":
    case "relax.SeqExpr":
    case "relax.TupleGetItem":
      return false;
    case "relax.Tuple":
      return value.fields.every(isLeaf);
    default:
      return (value.kind as string) !== "relax.Function";
  }
}
