/** Purity of functions of 2022-era text, which do not say it. */
import type * as A from "../../../../grammar/ast/nodes.js";
import { lookupBuiltin } from "../../../op/builtins.js";
import { lookupOp } from "../../../op/registry.js";
import { functionOf, memberOf, resolve, type ElabContext } from "../../context.js";

/** What is known of functions, so that each is read once. */
const known = new WeakMap<A.FunctionDef, boolean>();

/** Functions met by the question at hand: none of them acts, as far as it was read. */
type Visiting = Set<A.FunctionDef>;

/** Whether the text of a function calls nothing impure; functions of the module are followed, cycles count as pure. */
export function isPureText(ctx: ElabContext, def: A.FunctionDef): boolean {
  const visiting: Visiting = new Set();
  const pure = follow(ctx, def, visiting);
  if (pure) for (const met of visiting) known.set(met, true);
  else known.set(def, false);
  return pure;
}

function follow(ctx: ElabContext, def: A.FunctionDef, visiting: Visiting): boolean {
  const before = known.get(def);
  if (before !== undefined) return before;
  if (visiting.has(def)) return true;
  visiting.add(def);
  return suiteIsPure(ctx, def.body, visiting);
}

const suiteIsPure = (ctx: ElabContext, suite: A.Suite, visiting: Visiting): boolean =>
  suite.body.every((stmt) => statementIsPure(ctx, stmt, visiting));

function statementIsPure(ctx: ElabContext, stmt: A.Stmt, visiting: Visiting): boolean {
  switch (stmt.kind) {
    case "ExprStmt":
    case "Assign":
      return isPure(ctx, stmt.value, visiting);
    case "AnnAssign":
    case "Return":
      return stmt.value === undefined || isPure(ctx, stmt.value, visiting);
    case "If": {
      const both = suiteIsPure(ctx, stmt.then, visiting) && isPure(ctx, stmt.cond, visiting);
      return both && (stmt.otherwise === undefined || suiteIsPure(ctx, stmt.otherwise, visiting));
    }
    case "With":
      return suiteIsPure(ctx, stmt.body, visiting);
    case "FunctionDef":
      // A closure that acts makes its function act: calls of it cannot be told apart here.
      return suiteIsPure(ctx, stmt.body, visiting);
    default:
      return true;
  }
}

function isPure(ctx: ElabContext, expr: A.Expr, visiting: Visiting): boolean {
  switch (expr.kind) {
    case "Call":
      return (
        callIsPure(ctx, expr, visiting) && expr.args.every((a) => isPure(ctx, a.value, visiting))
      );
    case "Tuple":
    case "List":
      return expr.items.every((i) => isPure(ctx, i, visiting));
    case "Subscript":
    case "Attribute":
      return isPure(ctx, expr.value, visiting);
    case "Binary":
      return isPure(ctx, expr.left, visiting) && isPure(ctx, expr.right, visiting);
    case "Unary":
      return isPure(ctx, expr.operand, visiting);
    case "Compare":
      return expr.operands.every((o) => isPure(ctx, o, visiting));
    default:
      return true;
  }
}

function callIsPure(ctx: ElabContext, call: A.Call, visiting: Visiting): boolean {
  const { func } = call;
  const member = memberOf(ctx, func);
  const bare = func.kind === "Name" && resolve(ctx, func.id) === undefined ? func.id : undefined;
  const name = member?.dialect === "R" ? member.name : bare;
  if (name === "call_packed") {
    const first = call.args[0]?.value;
    return first?.kind === "Str" && lookupBuiltin(first.value)?.pure === true;
  }
  if (name !== undefined) return lookupOp(name)?.pure !== false;
  const sibling = functionOf(ctx, func);
  const declared = sibling === undefined ? undefined : ctx.functions.get(sibling);
  if (declared === undefined) return true;
  if (declared.func?.kind === "relax.Function") return declared.func.isPure;
  return declared.def === undefined || declared.dialect === "T"
    ? declared.dialect === "R"
    : follow(ctx, declared.def, visiting);
}
