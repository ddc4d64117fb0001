/** `with` statements. */
import type { Call, Suite, With } from "../../../../grammar/ast/nodes.js";
import { attrStmt, seq, type Stmt } from "../../../ir/tir/stmt.js";
import { codes } from "../../codes.js";
import {
  define,
  memberOf,
  report,
  spanOf,
  withInnerScope,
  type ElabContext,
} from "../../context.js";
import { bindArguments } from "./arguments.js";
import { elaborateBlock } from "./block.js";
import { isOpaque } from "./opaque.js";
import { definingCalls } from "./defining-call.js";
import { elaborateValue } from "./reader.js";
import { aliasEntity } from "./macro.js";
import { isPrim } from "./operand.js";
import { openScope, scopeNames } from "./scope-statement.js";
import { elaborateSuite } from "./reader.js";
import { statementList, type StatementList } from "./statement-list.js";

/** Several managers nest from left to right. */
export function elaborateWith(ctx: ElabContext, stmt: With, list: StatementList): void {
  const made = withInnerScope(ctx, () => nest(ctx, stmt, 0));
  if (made !== undefined) list.push(made);
}

function nest(ctx: ElabContext, stmt: With, index: number): Stmt | undefined {
  const item = stmt.items[index];
  if (item === undefined) return elaborateSuite(ctx, stmt.body);
  const { context, target } = item;
  const hint = target?.kind === "Name" ? target.id : undefined;
  const member = context.kind === "Call" ? memberOf(ctx, context.func) : memberOf(ctx, context);
  if (context.kind === "Call" && member?.dialect === "T") {
    const { name } = member;
    const isLast = index === stmt.items.length - 1;
    if ((name === "sblock" || name === "block") && isLast && ctx.tir !== undefined) {
      return elaborateBlock(ctx, context, stmt.body, ctx.tir);
    }
    if (name === "init") return elaborateInit(ctx, context, stmt.body);
    if ((scopeNames as readonly string[]).includes(name)) {
      const scope = openScope(ctx, context, name, hint);
      if (hint !== undefined) {
        define(
          ctx,
          hint,
          scope?.value === undefined ? { kind: "error" } : aliasEntity(scope.value),
        );
      }
      const body = nest(ctx, stmt, index + 1);
      return body === undefined ? undefined : (scope?.wrap(body) ?? body);
    }
    const defining = definingCalls.get(name);
    if (defining !== undefined) return nestDefinition(ctx, stmt, index, context, name, hint);
  }
  const value = elaborateValue(ctx, context);
  if (isPrim(value) && value.kind === "tir.Call" && isOpaque(value.op)) {
    if (hint !== undefined) define(ctx, hint, aliasEntity(value));
    const body = nest(ctx, stmt, index + 1);
    return body && attrStmt(null, "with", value, body, spanOf(ctx, stmt));
  }
  if (value.kind !== "error") {
    report(
      ctx,
      codes.withContext({
        at: spanOf(ctx, context),
        what: member === undefined ? "this" : `\`${member.dialect}.${member.name}\``,
      }),
    );
  }
  if (hint !== undefined) define(ctx, hint, { kind: "error" });
  nest(ctx, stmt, index + 1);
  return undefined;
}

/** `with T.allocate(…) as A:` and other definitions: the statement, then the body. */
function nestDefinition(
  ctx: ElabContext,
  stmt: With,
  index: number,
  call: Call,
  name: string,
  hint: string | undefined,
): Stmt | undefined {
  const list = statementList();
  const made = definingCalls.get(name)!(ctx, call, list, [hint ?? "v"], name);
  if (hint !== undefined)
    define(ctx, hint, made === undefined ? { kind: "error" } : aliasEntity(made));
  const body = nest(ctx, stmt, index + 1);
  const head = list.finish();
  return body === undefined ? undefined : seq([head, body]);
}

/** `with T.init():` in a block. */
function elaborateInit(ctx: ElabContext, call: Call, suite: Suite): undefined {
  bindArguments(ctx, "T.init", call, []);
  const frame = ctx.tir?.block;
  const body = elaborateSuite(ctx, suite);
  if (frame === undefined || frame.isRoot || frame.init !== undefined)
    report(ctx, codes.initPlace({ at: spanOf(ctx, call) }));
  else frame.init = body;
  return undefined;
}
