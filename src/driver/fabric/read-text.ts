/** Fabrics written as text, `@C.fabric`: read into the description that a JSON file has, places included. */
import { numberValue, type ast } from "../../../grammar/index.js";
import type { Sink } from "../../support/diagnostic.js";
import type { JsonMember, JsonValue } from "../../support/json/index.js";
import type { Source, Span } from "../../support/source.js";
import { didYouMean } from "../../support/suggest.js";
import { codes } from "../../target/cgra/index.js";
import { ELEMENT_SETS, elementsOf } from "./element-sets.js";
import { REGISTER_WORDS, STATEMENTS, type FabricStatement } from "./statements.js";

type JsonObject = Extract<JsonValue, { readonly kind: "object" }>;

/** The decorator `@C.fabric` or `@C.fabric("name")` of a definition. */
export const fabricDecorator = (def: ast.FunctionDef): ast.Expr | undefined =>
  def.decorators.find((d) => memberName(d.kind === "Call" ? d.func : d) === "fabric");

/** `name` of `C.name`. */
const memberName = (expr: ast.Expr): string | undefined =>
  expr.kind === "Attribute" && expr.value.kind === "Name" && expr.value.id === "C"
    ? expr.name
    : undefined;

interface Reading {
  readonly sink: Sink;
  readonly spanOf: (node: ast.AstBase) => Span;
  failed: boolean;
  grid: { rows: number; cols: number };
}

/** The description of a fabric; undefined when a mistake in it was reported. */
export function readFabricText(
  def: ast.FunctionDef,
  source: Source,
  sink: Sink,
): JsonValue | undefined {
  const spanOf = (node: ast.AstBase): Span => ({ source, start: node.start, end: node.end });
  const reading: Reading = { sink, spanOf, failed: false, grid: { rows: 0, cols: 0 } };
  const at = { source, start: def.nameStart, end: def.nameEnd };
  const root = emptyObject(at);
  set(reading, root, "name", at, { kind: "string", value: def.name, span: at });
  const decorator = fabricDecorator(def);
  if (decorator?.kind === "Call") {
    for (const { name, value } of decorator.args) {
      if (name !== undefined && name !== "name" && name !== "version")
        fail(reading, value, `\`C.fabric\` takes a name and \`version\`, not \`${name}\``);
      else {
        const read = valueOf(reading, value);
        const key = name ?? "name";
        if (read !== undefined) root.members.set(key, { key: spanOf(value), value: read });
      }
    }
  }
  for (const param of def.params) fail(reading, param, "a fabric has no parameters");
  for (const stmt of def.body.body) statement(reading, root, stmt);
  return reading.failed ? undefined : root;
}

/** Objects that are being filled. */
type Open = JsonObject & { readonly members: Map<string, JsonMember> };
const emptyObject = (span: Span): Open => ({ kind: "object", members: new Map(), span });

function fail(reading: Reading, node: ast.AstBase, what: string, hint?: string): undefined {
  reading.failed = true;
  reading.sink.report(
    codes.fabricText({ what, at: reading.spanOf(node), hints: hint === undefined ? [] : [hint] }),
  );
  return undefined;
}

function set(reading: Reading, into: Open, key: string, at: Span, value: JsonValue): void {
  if (into.members.has(key)) {
    reading.failed = true;
    reading.sink.report(codes.fabricText({ what: `\`${key}\` is given twice`, at }));
  }
  into.members.set(key, { key: at, value });
}

function statement(reading: Reading, root: Open, stmt: ast.Stmt): void {
  if (stmt.kind === "Pass") return;
  // Recovery has reported it.
  if (stmt.kind === "ErrorStmt") {
    reading.failed = true;
    return;
  }
  if (stmt.kind === "ExprStmt" && stmt.value.kind === "Str") return;
  const known = Object.keys(STATEMENTS);
  const name =
    stmt.kind === "ExprStmt" && stmt.value.kind === "Call"
      ? memberName(stmt.value.func)
      : undefined;
  if (stmt.kind !== "ExprStmt" || stmt.value.kind !== "Call" || name === undefined) {
    fail(reading, stmt, `a fabric is made of calls ${known.map((k) => `\`C.${k}\``).join(", ")}`);
    return;
  }
  const form = STATEMENTS[name];
  if (form === undefined || !Object.hasOwn(STATEMENTS, name)) {
    const near = didYouMean(`C.${name}`, known.map((k) => `C.${k}`)); // prettier-ignore
    fail(reading, stmt.value.func, `there is no \`C.${name}\``, near ?? `it has ${known.map((k) => `C.${k}`).join(", ")}`); // prettier-ignore
    return;
  }
  const call = stmt.value;
  const span = reading.spanOf(call);
  if (form.each === undefined) {
    fill(reading, name, form, call, opened(root, form.into, span));
    return;
  }
  const made = emptyObject(span);
  fill(reading, name, form, call, made);
  const owner = opened(root, form.into.slice(0, -1), span);
  const key = form.into.at(-1)!;
  const list = owner.members.get(key)?.value;
  const item: JsonValue =
    form.each === "object"
      ? made
      : { kind: "array", items: [...made.members.values()].map((m) => m.value), span };
  const items = list?.kind === "array" ? [...list.items, item] : [item];
  owner.members.set(key, { key: span, value: { kind: "array", items, span } });
}

/** The object at a path, made where there is none. */
function opened(root: Open, path: readonly string[], span: Span): Open {
  let at = root;
  for (const key of path) {
    const there = at.members.get(key)?.value;
    const next = there?.kind === "object" ? (there as Open) : emptyObject(span);
    at.members.set(key, { key: span, value: next });
    at = next;
  }
  return at;
}

function fill(
  reading: Reading,
  name: string,
  form: FabricStatement,
  call: ast.Call,
  into: Open,
): void {
  const words = Object.keys(form.words);
  call.args.forEach((argument, i) => {
    const word = argument.name ?? (i < form.positional ? words[i] : undefined);
    if (word === undefined || argument.doubleStar || argument.value.kind === "Starred") {
      fail(reading, argument, `\`C.${name}\` takes ${form.positional} without a name`);
      return;
    }
    if (!Object.hasOwn(form.words, word)) {
      const near = didYouMean(word, words) ?? `it takes ${words.join(", ")}`;
      fail(reading, argument, `\`C.${name}\` has no \`${word}\``, near);
      return;
    }
    const key = form.words[word]!;
    const value = word === "pes" ? elements(reading, argument.value) : valueOf(reading, argument.value); // prettier-ignore
    if (value === undefined) return;
    set(reading, into, key, reading.spanOf(argument), value);
    if (name === "grid" && value.kind === "number" && (key === "rows" || key === "cols"))
      reading.grid[key] = value.value;
  });
  if (form.each !== "list") return;
  // A list has no gaps.
  for (let i = 0; i < into.members.size; i++)
    if (!into.members.has(String(i))) fail(reading, call, `\`C.${name}\` needs \`${words[i]}\``);
}

/** A list of elements, a set with a name, or several of them added. */
function elements(reading: Reading, expr: ast.Expr): JsonValue | undefined {
  const span = reading.spanOf(expr);
  if (expr.kind === "Binary" && expr.op === "+") {
    const parts = [elements(reading, expr.left), elements(reading, expr.right)];
    const items = parts.flatMap((p) => (p?.kind === "array" ? p.items : []));
    return parts.includes(undefined) ? undefined : { kind: "array", items, span };
  }
  const name = expr.kind === "Call" ? memberName(expr.func) : undefined;
  if (expr.kind !== "Call" || name === undefined) return valueOf(reading, expr);
  const wanted = Object.hasOwn(ELEMENT_SETS, name) ? ELEMENT_SETS[name] : undefined;
  if (wanted === undefined) {
    const sets = Object.keys(ELEMENT_SETS).map((k) => `C.${k}`);
    return fail(reading, expr.func, `\`C.${name}\` is no set of elements`, sets.join(", "));
  }
  const numbers = expr.args.map((a) => valueOf(reading, a.value));
  const values = numbers.flatMap((v) => (v?.kind === "number" ? [v.value] : []));
  if (values.length !== wanted || expr.args.length !== wanted)
    return fail(reading, expr, `\`C.${name}\` takes ${wanted} number(s)`);
  const { rows, cols } = reading.grid;
  if (rows * cols === 0) return fail(reading, expr, "`C.grid` comes before sets of elements");
  const found = elementsOf(name, values, reading.grid);
  if (found === undefined)
    return fail(reading, expr, `this is not within the grid of ${rows} x ${cols} elements`);
  return { kind: "array", items: found.map((value) => ({ kind: "number", value, span })), span };
}

function valueOf(reading: Reading, expr: ast.Expr): JsonValue | undefined {
  const span = reading.spanOf(expr);
  switch (expr.kind) {
    case "Str":
      return { kind: "string", value: expr.value, span };
    case "Num": {
      const value = numberValue(expr);
      return { kind: "number", value: "int" in value ? Number(value.int) : value.float, span };
    }
    case "Unary": {
      const inner = expr.op === "-" ? valueOf(reading, expr.operand) : undefined;
      if (inner?.kind === "number") return { ...inner, value: -inner.value, span };
      break;
    }
    case "Constant":
      if (expr.value === "True" || expr.value === "False")
        return { kind: "boolean", value: expr.value === "True", span };
      break;
    case "List":
    case "Tuple": {
      const items = expr.items.map((item) => valueOf(reading, item));
      return items.every((i) => i !== undefined) ? { kind: "array", items, span } : undefined;
    }
    case "Dict": {
      const made = emptyObject(span);
      for (const { key, value } of expr.entries) {
        const read = valueOf(reading, value);
        if (key.kind !== "Str") fail(reading, key, "keys are texts");
        else if (read !== undefined) set(reading, made, key.value, reading.spanOf(key), read);
      }
      return made;
    }
    case "Call":
      if (memberName(expr.func) === "rf") return registers(reading, expr);
      break;
    case "ErrorExpr":
      reading.failed = true;
      return undefined;
    default:
  }
  return fail(reading, expr, "a number, a text, a list, or a dictionary stands here");
}

/** `C.rf(8, read=2, write=1, visible="neighbours")` */
function registers(reading: Reading, call: ast.Call): JsonValue {
  const made = emptyObject(reading.spanOf(call));
  const form = { into: [], words: own(REGISTER_WORDS), positional: 1 };
  fill(reading, "rf", form, call, made);
  return made;
}

const own = (words: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(words.map((w) => [w, w]));
