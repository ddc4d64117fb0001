/** Expressions on one line, with the fewest parentheses that read well. */
import type * as ast from "../ast/nodes.js";
import { stringLiteral } from "../literals.js";
import { PRECEDENCE, precedenceOf } from "../operators.js";

/** What a flat printing came across. */
export interface FlatNotes {
  /** A trailing comma of the source asks for one element a line. */
  magic: boolean;
}

const { compare, unary, power, postfix, atom } = PRECEDENCE;
/** Weakest operand a bit operation or shift may have bare. */
const BIT = PRECEDENCE["|"];

/** Binding strength of an expression as printed. */
export function strength(e: ast.Expr): number {
  switch (e.kind) {
    case "Lambda":
      return PRECEDENCE.lambda;
    case "Conditional":
      return PRECEDENCE.conditional;
    case "BoolOp":
      return e.op === "or" ? PRECEDENCE.or : PRECEDENCE.and;
    case "Unary":
      return e.op === "not" ? PRECEDENCE.not : unary;
    case "Compare":
      return compare;
    case "Binary":
      return precedenceOf(e.op);
    case "Num":
      return e.raw.charCodeAt(0) === 45 ? unary : atom;
    case "Attribute":
    case "Call":
    case "Subscript":
      return postfix;
    case "Tuple":
      return e.parens || e.items.length === 0 ? atom : -1;
    case "Slice":
    case "Starred":
      return -1;
    case "UnsupportedExpr":
      return needsBrackets(e) ? -1 : atom;
    default:
      return atom;
  }
}

const needsBrackets = (e: ast.UnsupportedExpr): boolean =>
  e.construct.includes(":=") || e.construct === "`await`" || e.construct === "`yield`";

const isBitwise = (e: ast.Expr): e is ast.Binary => {
  if (e.kind !== "Binary") return false;
  const level = precedenceOf(e.op);
  return level >= BIT && level <= PRECEDENCE.shift;
};

/** Whether `child` stands in parentheses as an operand of `parent`. */
export function needsParens(parent: ast.Expr, child: ast.Expr, right: boolean): boolean {
  const inner = strength(child);
  switch (parent.kind) {
    case "Binary": {
      const outer = precedenceOf(parent.op);
      if (
        outer >= BIT &&
        outer <= PRECEDENCE.shift &&
        child.kind === "Binary" &&
        child.op !== parent.op
      ) {
        return true;
      }
      if (parent.op === "**") return right ? inner < unary : inner <= power;
      return right ? inner <= outer : inner < outer;
    }
    case "Compare":
      return inner <= compare || isBitwise(child);
    case "BoolOp": {
      const outer = parent.op === "or" ? PRECEDENCE.or : PRECEDENCE.and;
      return right ? inner <= outer : inner < outer;
    }
    case "Unary":
      if (parent.op === "not") return inner < PRECEDENCE.not;
      return inner <= unary;
    case "Conditional":
      return inner <= PRECEDENCE.conditional;
    case "Starred":
      return inner < BIT;
    case "Attribute":
    case "Call":
    case "Subscript":
      return inner < postfix || (child.kind === "Num" && parent.kind === "Attribute");
    default:
      return (
        inner < 0 && child.kind !== "Slice" && child.kind !== "Starred" && !(child.kind === "Tuple")
      );
  }
}

/** `e` on one line, without parentheses around the whole. */
export function flat(e: ast.Expr, notes: FlatNotes): string {
  switch (e.kind) {
    case "Name":
      return e.id;
    case "Num":
      return e.raw;
    case "Str":
      return flatString(e);
    case "Constant":
      return e.value;
    case "Attribute": {
      const { value } = e;
      if (value.kind === "Name") return `${value.id}.${e.name}`;
      return `${operand(e, value, false, notes)}.${e.name}`;
    }
    case "Call": {
      if (e.magicComma === true) notes.magic = true;
      return `${operand(e, e.func, false, notes)}(${flatArguments(e.args, notes)})`;
    }
    case "Subscript":
      if (e.magicComma === true) notes.magic = true;
      return `${operand(e, e.value, false, notes)}[${flatItems(e.items, notes)}${e.magicComma === true && e.items.length === 1 ? "," : ""}]`;
    case "Slice": {
      const lower = e.lower === undefined ? "" : flatItem(e.lower, notes);
      const upper = e.upper === undefined ? "" : flatItem(e.upper, notes);
      return e.step === undefined
        ? `${lower}:${upper}`
        : `${lower}:${upper}:${flatItem(e.step, notes)}`;
    }
    case "Starred":
      return `*${operand(e, e.value, false, notes)}`;
    case "Unary":
      return e.op === "not"
        ? `not ${operand(e, e.operand, true, notes)}`
        : e.op + operand(e, e.operand, true, notes);
    case "Binary":
    case "BoolOp":
      return `${operand(e, e.left, false, notes)} ${e.op} ${operand(e, e.right, true, notes)}`;
    case "Compare": {
      let text = operand(e, e.operands[0]!, false, notes);
      for (let i = 0; i < e.ops.length; i++) {
        text += ` ${e.ops[i]!} ${operand(e, e.operands[i + 1]!, true, notes)}`;
      }
      return text;
    }
    case "Conditional":
      return `${operand(e, e.then, false, notes)} if ${operand(e, e.cond, false, notes)} else ${operand(e, e.otherwise, true, notes)}`;
    case "Lambda":
      return e.params.length === 0
        ? `lambda: ${flatItem(e.body, notes)}`
        : `lambda ${e.params.map((p) => flatParameter(p, notes)).join(", ")}: ${flatItem(e.body, notes)}`;
    case "Tuple": {
      if (e.magicComma === true) notes.magic = true;
      const { items } = e;
      const text = items.length === 1 ? `${flatItem(items[0]!, notes)},` : flatItems(items, notes);
      return e.parens || items.length === 0 ? `(${text})` : text;
    }
    case "List":
      if (e.magicComma === true) notes.magic = true;
      return `[${flatItems(e.items, notes)}]`;
    case "Dict":
      if (e.magicComma === true) notes.magic = true;
      return `{${e.entries.map((x) => `${flatItem(x.key, notes)}: ${flatItem(x.value, notes)}`).join(", ")}}`;
    case "UnsupportedExpr":
      if (e.generator !== undefined) {
        const { element, parens } = e.generator;
        const text = `${flatItem(element, notes)} ${flatFor(e.generator, notes)}`;
        return parens === true ? `(${text})` : text;
      }
      return needsBrackets(e) ? `(${e.text})` : e.text;
    case "ErrorExpr":
      return "...";
  }
}

/** `for x, y in xs` */
export const flatFor = (e: ast.GeneratorParts, notes: FlatNotes): string =>
  `for ${e.targets.map((t) => flatItem(t, notes)).join(", ")} in ${flatItem(e.iter, notes)}`;

/** An expression where a list element or the like may stand. */
export function flatItem(e: ast.Expr, notes: FlatNotes): string {
  return e.kind === "Tuple" && !e.parens && e.items.length > 0
    ? `(${flat(e, notes)})`
    : flat(e, notes);
}

function operand(parent: ast.Expr, child: ast.Expr, right: boolean, notes: FlatNotes): string {
  if (child.kind === "Name") return child.id;
  const text = flat(child, notes);
  if (!needsParens(parent, child, right)) {
    // A tuple without brackets cannot be an operand.
    return child.kind === "Tuple" && !child.parens && child.items.length > 0 ? `(${text})` : text;
  }
  return child.kind === "UnsupportedExpr" ? text : `(${text})`;
}

function flatItems(items: readonly ast.Expr[], notes: FlatNotes): string {
  let text = "";
  for (let i = 0; i < items.length; i++) {
    const item = items[i]!;
    const piece = item.kind === "Name" ? item.id : flatItem(item, notes);
    text = i === 0 ? piece : `${text}, ${piece}`;
  }
  return text;
}

/** Arguments of a call, without the brackets. */
export function flatArguments(args: readonly ast.Argument[], notes: FlatNotes): string {
  let text = "";
  for (let i = 0; i < args.length; i++) {
    const piece = flatArgument(args[i]!, notes);
    text = i === 0 ? piece : `${text}, ${piece}`;
  }
  return text;
}

function flatArgument(arg: ast.Argument, notes: FlatNotes): string {
  const value = flatItem(arg.value, notes);
  if (arg.name !== undefined) return `${arg.name}=${value}`;
  return arg.doubleStar === true ? `**${value}` : value;
}

/** A parameter of a function or lambda. */
export function flatParameter(p: ast.Parameter, notes: FlatNotes): string {
  let text = p.star === undefined ? p.name : p.star + p.name;
  if (p.annotation !== undefined) text += `: ${flatItem(p.annotation, notes)}`;
  if (p.default !== undefined) {
    text += (p.annotation === undefined ? "=" : " = ") + flatItem(p.default, notes);
  }
  return text;
}

/** A string literal: as written where it has a prefix or three quotes, in double quotes otherwise. */
export function flatString(e: ast.Str): string {
  const { raw } = e;
  if (raw === undefined) return (e.prefix ?? "") + stringLiteral(e.value);
  if (raw.charCodeAt(0) === 34 && raw.indexOf('"', 1) === raw.length - 1) return raw;
  const pieces = stringPieces(raw);
  return pieces.length === 1 ? pieces[0]! : pieces.join(" ");
}

const literal =
  /[A-Za-z]{0,2}(?:"""(?:[^"\\]|\\[\s\S]|"(?!""))*"""|'''(?:[^'\\]|\\[\s\S]|'(?!''))*'''|"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*')|#[^\r\n]*/g;

/** The literals of adjacent strings, quotes made uniform. */
export function stringPieces(raw: string): string[] {
  const found: string[] = [];
  if (/^[A-Za-z]{0,2}(?:"""|''')/.test(raw) && raw.length > 100_000) return [raw];
  for (const m of raw.matchAll(literal)) {
    const text = m[0];
    if (text.charCodeAt(0) === 35) continue;
    const plain = text.charCodeAt(0) === 39 && !text.startsWith("'''") && !/["\\]/.test(text);
    found.push(plain ? `"${text.slice(1, -1)}"` : text.replace(/\r\n?/g, "\n"));
  }
  return found.length === 0 ? [raw] : found;
}
