/** Dataflow blocks. */
import { silenceBindings, silenceTargets } from "./silence.js";
import type * as A from "../../../../grammar/ast/nodes.js";
import { didYouMean } from "../../../support/suggest.js";
import { define, memberOf, resolve, withScope } from "../../context.js";
import { relaxCodes } from "../../relax-codes.js";
import type { Entity } from "../../scope.js";
import { DATAFLOW } from "./expression.js";
import { elaborateReturn } from "./return.js";
import { at, fail, startBlock, type FunctionState } from "./state.js";
import { elaborateStatement } from "./statement.js";

/** `with R.dataflow(): …` */
export function elaborateDataflow(state: FunctionState, stmt: A.With): void {
  const [item, ...more] = stmt.items;
  const call = item?.context;
  const member = call?.kind === "Call" ? memberOf(state.ctx, call.func) : undefined;
  if (
    item === undefined ||
    more.length > 0 ||
    member?.dialect !== "R" ||
    member.name !== "dataflow"
  ) {
    const what = "this `with` statement";
    fail(
      state,
      relaxCodes.statementNotAllowed({
        at: at(state, stmt),
        construct: what,
        hints: ["write `with R.dataflow():`"],
      }),
    );
    return;
  }
  if (item.target?.kind === "Name") {
    fail(state, relaxCodes.dataflowTarget({ at: at(state, item.target), name: item.target.id }));
  }
  if (state.frame.dataflow) {
    fail(state, relaxCodes.dataflowNested({ at: at(state, item) }));
    silenceBindings(state, stmt.body.body);
    return;
  }
  const saved = state.outputs;
  const outputs = outputStatement(state, stmt.body.body);
  state.outputs = lastBindings(stmt.body.body, new Set(outputs.names));
  startBlock(state, true);
  const locals = withScope(state.ctx, () => {
    elaborateBody(state, stmt.body.body, outputs.statement);
    return new Map(state.ctx.scope.names);
  });
  startBlock(state, false);
  state.outputs = saved;
  release(state, locals, new Set(outputs.names));
}

/** After the block its outputs are visible; its other bindings are known as out of scope. */
function release(
  state: FunctionState,
  locals: ReadonlyMap<string, Entity>,
  outputs: ReadonlySet<string>,
): void {
  for (const [name, entity] of locals) {
    if (outputs.has(name) || entity.kind === "module" || entity.kind === "error")
      define(state.ctx, name, entity);
    else if (entity.kind === "scalar" && !state.names.has(name)) define(state.ctx, name, entity);
    else if (resolve(state.ctx, name) === undefined)
      define(state.ctx, name, { kind: "closed", reason: DATAFLOW });
  }
}

interface Outputs {
  readonly statement: A.Stmt | undefined;
  readonly names: readonly string[];
}

/** The block's output statement and the names it lists. */
function outputStatement(state: FunctionState, stmts: readonly A.Stmt[]): Outputs {
  for (const stmt of stmts) {
    if (stmt.kind === "Return" && stmt.value !== undefined)
      return { statement: stmt, names: namesIn(stmt.value) };
    if (stmt.kind !== "ExprStmt" || stmt.value.kind !== "Call") continue;
    const member = memberOf(state.ctx, stmt.value.func);
    if (member?.dialect !== "R" || member.name !== "output") continue;
    return {
      statement: stmt,
      names: stmt.value.args.flatMap((a) => (a.value.kind === "Name" ? [a.value.id] : [])),
    };
  }
  return { statement: undefined, names: [] };
}

/** Names that an expression reads. */
function namesIn(expr: A.Expr): string[] {
  switch (expr.kind) {
    case "Name":
      return [expr.id];
    case "Tuple":
    case "List":
      return expr.items.flatMap(namesIn);
    case "Subscript":
      return namesIn(expr.value);
    case "Attribute":
      return namesIn(expr.value);
    case "Call":
      return [...namesIn(expr.func), ...expr.args.flatMap((a) => namesIn(a.value))];
    case "Binary":
      return [...namesIn(expr.left), ...namesIn(expr.right)];
    case "Unary":
      return namesIn(expr.operand);
    default:
      return [];
  }
}

/** For each statement the outputs that it binds last. */
function lastBindings(
  stmts: readonly A.Stmt[],
  names: ReadonlySet<string>,
): Map<A.Stmt, Set<string>> {
  const left = new Set(names);
  const found = new Map<A.Stmt, Set<string>>();
  for (let i = stmts.length - 1; i >= 0 && left.size > 0; i--) {
    for (const name of boundBy(stmts[i]!)) {
      if (!left.delete(name)) continue;
      const known = found.get(stmts[i]!);
      if (known === undefined) found.set(stmts[i]!, new Set([name]));
      else known.add(name);
    }
  }
  return found;
}

function boundBy(stmt: A.Stmt): string[] {
  if (stmt.kind === "FunctionDef") return [stmt.name];
  const target =
    stmt.kind === "Assign" ? stmt.targets[0] : stmt.kind === "AnnAssign" ? stmt.target : undefined;
  if (target?.kind === "Tuple" || target?.kind === "List")
    return target.items.flatMap((t) => (t.kind === "Name" ? [t.id] : []));
  return target?.kind === "Name" ? [target.id] : [];
}

function elaborateBody(
  state: FunctionState,
  stmts: readonly A.Stmt[],
  output: A.Stmt | undefined,
): void {
  let ended = false;
  for (const stmt of stmts) {
    if (stmt === output) {
      state.statement = stmt;
      if (stmt.kind === "Return") elaborateReturn(state, stmt);
      else if (stmt.kind === "ExprStmt" && stmt.value.kind === "Call")
        checkOutput(state, stmt.value);
      ended = true;
    } else if (ended && isOutput(state, stmt)) {
      fail(state, relaxCodes.outputTwice({ at: at(state, stmt) }));
      if (stmt.kind === "ExprStmt" && stmt.value.kind === "Call")
        silenceTargets(
          state,
          stmt.value.args.map((a) => a.value),
        );
    } else if (ended && stmt.kind !== "Pass") {
      fail(state, relaxCodes.afterOutput({ at: at(state, stmt) }));
      return;
    } else elaborateStatement(state, stmt);
  }
}

function isOutput(state: FunctionState, stmt: A.Stmt): boolean {
  if (stmt.kind !== "ExprStmt" || stmt.value.kind !== "Call") return false;
  const member = memberOf(state.ctx, stmt.value.func);
  return member?.dialect === "R" && member.name === "output";
}

/** Each output must be a name that the block binds. */
function checkOutput(state: FunctionState, call: A.Call): void {
  const locals = state.ctx.scope.names;
  for (const a of call.args) {
    const name = a.value.kind === "Name" ? a.value.id : undefined;
    if (a.name === undefined && name !== undefined && locals.has(name)) continue;
    const near = name === undefined ? undefined : didYouMean(name, locals.keys());
    fail(
      state,
      relaxCodes.outputUnknown({
        at: at(state, a),
        name: name ?? "this",
        hints: near === undefined ? [] : [near],
      }),
    );
    silenceTargets(state, [a.value]);
  }
}

/** `R.output` outside a dataflow block. */
export function elaborateOutput(state: FunctionState, call: A.Call): void {
  fail(
    state,
    (state.frame.dataflow ? relaxCodes.outputTwice : relaxCodes.outputOutside)({
      at: at(state, call),
    }),
  );
}
