/** Members of T that are called as statements. */
import type { Call } from "../../../../grammar/ast/nodes.js";
import { evaluate, jump, returnStmt } from "../../../ir/tir/stmt.js";
import { codes } from "../../codes.js";
import { memberOf, report, spanOf, type ElabContext } from "../../context.js";
import { elaborateAttrDict } from "../attributes.js";
import { bindArguments } from "./arguments.js";
import { elaborateBlockAttr, elaborateRegions, elaborateWhere } from "./block.js";
import { opaqueCall } from "./opaque.js";
import { elaboratePrimExpr, elaborateValue } from "./reader.js";
import { isPrim } from "./operand.js";
import { openScope, scopeNames } from "./scope-statement.js";
import { assertMessage } from "./statement.js";
import { bufferStore } from "./store.js";
import type { StatementList } from "./statement-list.js";
import { definingCalls } from "./defining-call.js";

type StatementCall = (ctx: ElabContext, call: Call, list: StatementList, name: string) => void;

function functionAttributes(ctx: ElabContext, call: Call): void {
  const { values } = bindArguments(ctx, "T.func_attr", call, ["attrs"]);
  const at = values.get("attrs");
  const attrs = at && elaborateAttrDict(ctx, at);
  for (const [key, value] of attrs ?? []) ctx.tir?.attrs.set(key, value);
}

function evaluateCall(ctx: ElabContext, call: Call, list: StatementList): void {
  const { values } = bindArguments(ctx, "T.evaluate", call, ["value"]);
  const at = values.get("value");
  // Jumps were calls before 2026.
  if (at?.kind === "Call") {
    const member = memberOf(ctx, at.func);
    if (member?.dialect === "T" && JUMPS.has(member.name))
      return statementCalls.get(member.name)!(ctx, at, list, member.name);
  }
  const value = at && elaboratePrimExpr(ctx, at);
  if (value !== undefined) list.push(evaluate(value, spanOf(ctx, call)));
}

const JUMPS = new Set(["ret", "break_loop", "continue_loop"]);

function returnCall(ctx: ElabContext, call: Call, list: StatementList): void {
  const { values } = bindArguments(ctx, "T.ret", call, ["value?", "/dtype?"]);
  const at = values.get("value");
  const value = at && elaboratePrimExpr(ctx, at);
  if (at === undefined || value !== undefined) list.push(returnStmt(value, spanOf(ctx, call)));
}

/** Checked while the text is read. */
function staticAssert(ctx: ElabContext, call: Call): void {
  const { values } = bindArguments(ctx, "T.static_assert", call, ["condition", "message?"]);
  const at = values.get("condition");
  const value = at && elaborateValue(ctx, at);
  if (at === undefined || value?.kind === "error") return;
  if (value !== undefined && isPrim(value) && value.kind === "tir.IntImm") {
    if (value.value !== 0) return;
    const messageAt = values.get("message");
    const message = messageAt && assertMessage(ctx, messageAt);
    const expected = `a condition that holds${message === undefined ? "" : ` (${message.parts.join("")})`}`;
    report(ctx, codes.expectedKind({ at: spanOf(ctx, at), expected, found: "false" }));
    return;
  }
  report(ctx, codes.conditionConstant({ at: spanOf(ctx, at), what: "`T.static_assert`" }));
}

const opaqueStatement: StatementCall = (ctx, call, list, name) => {
  const value = opaqueCall(ctx, name, call);
  if (isPrim(value)) list.push(evaluate(value, spanOf(ctx, call)));
};

const jumpCall =
  (which: "break" | "continue"): StatementCall =>
  (ctx, call, list, name) => {
    bindArguments(ctx, `T.${name}`, call, []);
    list.push(jump(which, spanOf(ctx, call)));
  };

/** A definition without a name: what it defines can be named by nothing, but the statement is kept. */
const unnamed: StatementCall = (ctx, call, list, name) => {
  definingCalls.get(name)!(ctx, call, list, ["v"], name);
};

const NAMELESS = [
  "alloc_buffer", "sblock_alloc_buffer", "decl_buffer", "axis.spatial", "axis.S", "axis.reduce", "axis.R", "axis.scan",
  "axis.opaque", "match_buffer", "bind", "Bind", "allocate", "allocate_const", "axis.remap", "alloc_local", "alloc_shared",
]; // prettier-ignore

export const statementCalls: ReadonlyMap<string, StatementCall> = new Map<string, StatementCall>([
  ["func_attr", functionAttributes],
  ["reads", (ctx, call) => elaborateRegions(ctx, call, "reads")],
  ["writes", (ctx, call) => elaborateRegions(ctx, call, "writes")],
  ["where", elaborateWhere],
  ["sblock_attr", elaborateBlockAttr],
  ["block_attr", elaborateBlockAttr],
  ["evaluate", evaluateCall],
  ["ret", returnCall],
  ["buffer_store", bufferStore],
  ["static_assert", staticAssert],
  ["break_loop", jumpCall("break")],
  ["continue_loop", jumpCall("continue")],
  ["device_entry", opaqueStatement],
  ...scopeNames.map((name): [string, StatementCall] => [
    name,
    (ctx, call, list) => {
      const scope = openScope(ctx, call, name, undefined);
      if (scope !== undefined) list.open(scope.wrap);
    },
  ]),
  ...NAMELESS.map((name): [string, StatementCall] => [name, unnamed]),
]);
