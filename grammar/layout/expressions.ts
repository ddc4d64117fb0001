/** Expressions as documents, for statements that do not fit their line. */
import type { Doc } from "prettier";
import { builders } from "prettier/doc";
import type * as ast from "../ast/nodes.js";
import { precedenceOf } from "../operators.js";
import { bracketed, type ListItem, type ListStyle } from "./brackets.js";
import type { InnerComments } from "./comments.js";
import {
  flat,
  flatFor,
  flatString,
  needsParens,
  strength,
  stringPieces,
  type FlatNotes,
} from "./flat.js";

const { group, indent, line, softline, ifBreak, join, literallineWithoutBreakParent } = builders;

/** Texts this short are not worth breaking. */
const SHORT = 24;

/** Text that may hold line ends of its own (long strings, foreign constructs). */
export const verbatim = (text: string): Doc =>
  text.includes("\n") ? join(literallineWithoutBreakParent, text.split("\n")) : text;

/** Document of an expression inside brackets, or of one that breaks at no operator of its own. */
export function exprDoc(e: ast.Expr, comments: InnerComments): Doc {
  if (comments.left === 0 || !comments.inside(e.start, e.end)) {
    const notes: FlatNotes = { magic: false };
    const text = leafText(e) ?? shortText(e, notes);
    if (text !== undefined && !notes.magic && !text.includes("\n")) return text;
  }
  switch (e.kind) {
    case "Attribute":
      return [operandDoc(e, e.value, false, comments), ".", e.name];
    case "Call":
      return callDoc(e, comments);
    case "Subscript":
      return [
        operandDoc(e, e.value, false, comments),
        list("[", e.items, "]", e.end, comments, {
          magic: e.magicComma,
          soleComma: e.magicComma === true,
        }),
      ];
    case "Tuple":
      if (!e.parens && e.items.length > 0) return bareTuple(e, comments);
      return list("(", e.items, ")", e.end, comments, { magic: e.magicComma, soleComma: true });
    case "List":
      return list("[", e.items, "]", e.end, comments, { magic: e.magicComma });
    case "Dict":
      return dictDoc(e, comments);
    case "Binary":
    case "BoolOp":
    case "Compare":
    case "Conditional":
      return group(indent(chainDoc(e, comments)));
    case "Unary":
      return [e.op === "not" ? "not " : e.op, operandDoc(e, e.operand, true, comments)];
    case "Starred":
      return ["*", operandDoc(e, e.value, false, comments)];
    case "Lambda": {
      const notes: FlatNotes = { magic: false };
      const head = flat({ ...e, body: { kind: "Name", start: -1, end: -1, id: "" } }, notes);
      return [head, valueDoc(e.body, comments)];
    }
    case "Slice": {
      const parts: Doc[] = [];
      if (e.lower) parts.push(itemDoc(e.lower, comments));
      parts.push(":");
      if (e.upper) parts.push(itemDoc(e.upper, comments));
      if (e.step) parts.push(":", itemDoc(e.step, comments));
      return parts;
    }
    case "Str":
      return stringDoc(e);
    case "UnsupportedExpr":
      if (e.generator !== undefined) return generatorDoc(e.generator, comments);
      comments.before(e.end);
      return verbatim(flat(e, { magic: false }));
    default:
      return flat(e, { magic: false });
  }
}

const leafText = (e: ast.Expr): string | undefined =>
  e.kind === "Name" ? e.id : e.kind === "Num" ? e.raw : e.kind === "Constant" ? e.value : undefined;

/** Flat text of an expression that is surely short, bounded in work. */
function shortText(e: ast.Expr, notes: FlatNotes): string | undefined {
  if (!isSmall(e, 3)) return undefined;
  const text = flat(e, notes);
  return text.length <= SHORT ? text : undefined;
}

function isSmall(e: ast.Expr, depth: number): boolean {
  if (depth === 0) return e.kind === "Name" || e.kind === "Num";
  switch (e.kind) {
    case "Name":
    case "Num":
    case "Constant":
      return true;
    case "Str":
      return e.value.length <= SHORT && (e.raw?.length ?? 0) <= SHORT + 8;
    case "Attribute":
      return isSmall(e.value, depth - 1);
    case "Call":
      return (
        e.args.length <= 2 &&
        isSmall(e.func, depth - 1) &&
        e.args.every((a) => isSmall(a.value, depth - 1))
      );
    case "Subscript":
      return (
        e.items.length <= 4 &&
        isSmall(e.value, depth - 1) &&
        e.items.every((i) => isSmall(i, depth - 1))
      );
    case "Tuple":
    case "List":
      return e.items.length <= 4 && e.items.every((i) => isSmall(i, depth - 1));
    case "Unary":
      return isSmall(e.operand, depth - 1);
    case "Binary":
      return isSmall(e.left, depth - 1) && isSmall(e.right, depth - 1);
    default:
      return false;
  }
}

/** As {@link exprDoc}, a bare tuple in brackets. */
const itemDoc = (e: ast.Expr, comments: InnerComments): Doc =>
  e.kind === "Tuple" && !e.parens && e.items.length > 0
    ? ["(", exprDoc(e, comments), ")"]
    : exprDoc(e, comments);

function operandDoc(
  parent: ast.Expr,
  child: ast.Expr,
  right: boolean,
  comments: InnerComments,
): Doc {
  const bare = child.kind === "Tuple" && !child.parens && child.items.length > 0;
  if (!bare && !needsParens(parent, child, right)) {
    return child.kind === "Str" ? valueDoc(child, comments) : exprDoc(child, comments);
  }
  if (child.kind === "UnsupportedExpr") return exprDoc(child, comments);
  return parenthesised(child, comments);
}

/** An operand in parentheses; what is inside breaks within them. */
const parenthesised = (e: ast.Expr, comments: InnerComments): Doc =>
  group(["(", indent([softline, chainDoc(e, comments)]), softline, ")"]);

/** `element for x in xs`, on one line or two. */
function generatorDoc(
  e: NonNullable<ast.UnsupportedExpr["generator"]>,
  comments: InnerComments,
): Doc {
  const parts = [itemDoc(e.element, comments), line, flatFor(e, { magic: false })];
  return e.parens === true
    ? group(["(", indent([softline, ...parts]), softline, ")"])
    : group(parts);
}

/** Operators at the start of the line they continue, same level at one indentation. */
export function chainDoc(e: ast.Expr, comments: InnerComments): Doc {
  switch (e.kind) {
    case "Binary":
    case "BoolOp": {
      const level = levelOf(e);
      const links: { op: string; right: Doc }[] = [];
      const spine: (ast.Binary | ast.BoolOp)[] = [];
      let left: ast.Expr = e;
      while ((left.kind === "Binary" || left.kind === "BoolOp") && levelOf(left) === level) {
        const above = spine[spine.length - 1];
        if (above !== undefined && needsParens(above, left, false)) break;
        spine.push(left);
        if (left.kind === "Binary" && left.op === "**") {
          left = left.left;
          break;
        }
        left = left.left;
      }
      const bottom = spine[spine.length - 1]!;
      const first = operandDoc(bottom, left, false, comments);
      for (const node of [...spine].reverse()) {
        links.push({ op: node.op, right: operandDoc(node, node.right, true, comments) });
      }
      return group([first, ...links.map(({ op, right }) => [line, op, " ", right])]);
    }
    case "Compare":
      return group([
        operandDoc(e, e.operands[0]!, false, comments),
        ...e.ops.map((op, i) => [line, op, " ", operandDoc(e, e.operands[i + 1]!, true, comments)]),
      ]);
    case "Conditional":
      return group([
        operandDoc(e, e.then, false, comments),
        line,
        "if ",
        operandDoc(e, e.cond, false, comments),
        line,
        "else ",
        operandDoc(e, e.otherwise, true, comments),
      ]);
    default:
      return exprDoc(e, comments);
  }
}

const levelOf = (e: ast.Binary | ast.BoolOp): number =>
  e.kind === "Binary" ? precedenceOf(e.op) : strength(e);

const breaksAtOperators = (e: ast.Expr): boolean =>
  e.kind === "Binary" || e.kind === "BoolOp" || e.kind === "Compare" || e.kind === "Conditional";

/** Document of an expression outside brackets: they are added where operators must break. */
export function valueDoc(e: ast.Expr, comments: InnerComments): Doc {
  if (breaksAtOperators(e)) {
    return group([ifBreak("("), indent([softline, chainDoc(e, comments)]), softline, ifBreak(")")]);
  }
  if (e.kind === "Unary" || e.kind === "Starred" || (e.kind === "Str" && isAdjacent(e))) {
    return group([ifBreak("("), indent([softline, exprDoc(e, comments)]), softline, ifBreak(")")]);
  }
  return exprDoc(e, comments);
}

const isAdjacent = (e: ast.Str): boolean => e.raw !== undefined && stringPieces(e.raw).length > 1;

function stringDoc(e: ast.Str): Doc {
  if (e.raw === undefined) return flatString(e);
  const pieces = stringPieces(e.raw);
  return pieces.length === 1 ? verbatim(pieces[0]!) : group(join(line, pieces.map(verbatim)));
}

/** `a, b` without brackets; gets them when it breaks. */
function bareTuple(e: ast.Tuple, comments: InnerComments): Doc {
  const open = ifBreak("(");
  const close = ifBreak(")");
  if (e.items.length === 1) return [itemDoc(e.items[0]!, comments), ","];
  return list(open, e.items, close, e.end, comments, {});
}

function list(
  open: Doc,
  items: readonly ast.Expr[],
  close: Doc,
  end: number,
  comments: InnerComments,
  style: ListStyle,
): Doc {
  const docs: ListItem[] = items.map((item) => ({
    start: item.start,
    end: item.end,
    doc: () => itemDoc(item, comments),
  }));
  return bracketed(open, docs, close, end, comments, style);
}

/** Calls whose sole dictionary keeps its brackets beside those of the call. */
const HUGGING = /(?:attrs?|global_infos)$/;

function callDoc(e: ast.Call, comments: InnerComments): Doc {
  const func = operandDoc(e, e.func, false, comments);
  const sole = e.args.length === 1 && e.magicComma !== true ? e.args[0]! : undefined;
  if (
    sole?.value.kind === "Dict" &&
    sole.name === undefined &&
    sole.doubleStar === undefined &&
    e.func.kind === "Attribute" &&
    HUGGING.test(e.func.name)
  ) {
    return [func, "(", exprDoc(sole.value, comments), ")"];
  }
  return [func, argumentsDoc(e.args, e.end, comments, e.magicComma)];
}

/** `(a, b=1)` */
export function argumentsDoc(
  args: readonly ast.Argument[],
  end: number,
  comments: InnerComments,
  magic?: true,
): Doc {
  const items = args.map((arg): ListItem => ({
    start: arg.start,
    end: arg.end,
    doc: () => {
      const value = itemDoc(arg.value, comments);
      if (arg.name !== undefined) return [arg.name, "=", value];
      return arg.doubleStar === true ? ["**", value] : value;
    },
  }));
  // A generator that is the sole argument takes no comma.
  const sole = args.length === 1 ? args[0]!.value : undefined;
  const noComma = sole?.kind === "UnsupportedExpr" && sole.generator !== undefined;
  return bracketed("(", items, ")", end, comments, noComma ? { noComma } : { magic });
}

function dictDoc(e: ast.Dict, comments: InnerComments): Doc {
  const items = e.entries.map(({ key, value }): ListItem => ({
    start: key.start,
    end: value.end,
    doc: () => [itemDoc(key, comments), ": ", itemDoc(value, comments)],
  }));
  return bracketed("{", items, "}", e.end, comments, { magic: e.magicComma });
}

/** One parameter of a `def`. */
export function parameterDoc(p: ast.Parameter, comments: InnerComments): Doc {
  const parts: Doc[] = [p.star === undefined ? p.name : p.star + p.name];
  if (p.annotation !== undefined) parts.push(": ", itemDoc(p.annotation, comments));
  if (p.default !== undefined) {
    parts.push(p.annotation === undefined ? "=" : " = ", itemDoc(p.default, comments));
  }
  return parts;
}
