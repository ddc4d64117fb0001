/** Short text of expressions for messages and tests: Python operators, names without prefixes. */
import type { BinaryOp, CallArg, CompareOp, PrimExpr } from "../ir/tir/expr.js";

const BINARY: Partial<Record<BinaryOp, readonly [string, number]>> = {
  add: ["+", 6], sub: ["-", 6], mul: ["*", 7], floordiv: ["//", 7], floormod: ["%", 7], div: ["/", 7],
  bitand: ["&", 4], bitor: ["|", 2], bitxor: ["^", 3], shl: ["<<", 5], shr: [">>", 5],
}; // prettier-ignore
const COMPARE: Record<CompareOp, string> = {
  eq: "==",
  ne: "!=",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
};

/** The expression in one line. */
export const exprText = (e: PrimExpr): string => print(e, 0, 0);

function print(e: PrimExpr, outer: number, depth: number): string {
  if (depth > 60) return "…";
  const sub = (x: PrimExpr, level: number): string => print(x, level, depth + 1);
  const wrap = (level: number, text: string): string => (level < outer ? `(${text})` : text);
  switch (e.kind) {
    case "tir.Var":
      return e.name;
    case "tir.IntImm":
      return e.dtype.code === "bool" ? (e.value !== 0 ? "True" : "False") : String(e.value);
    case "tir.FloatImm":
      return Number.isInteger(e.value) ? e.value.toFixed(1) : String(e.value);
    case "tir.StringImm":
      return JSON.stringify(e.value);
    case "tir.Binary": {
      const known = BINARY[e.op];
      if (!known) return `${e.op}(${sub(e.a, 0)}, ${sub(e.b, 0)})`;
      return wrap(known[1], `${sub(e.a, known[1])} ${known[0]} ${sub(e.b, known[1] + 1)}`);
    }
    case "tir.Compare":
      return wrap(1, `${sub(e.a, 2)} ${COMPARE[e.op]} ${sub(e.b, 2)}`);
    case "tir.Logic": {
      const level = e.op === "and" ? 0.6 : 0.3;
      return wrap(level, `${sub(e.a, level)} ${e.op} ${sub(e.b, level + 0.1)}`);
    }
    case "tir.Unary":
      return e.op === "not"
        ? wrap(0.8, `not ${sub(e.a, 0.8)}`)
        : wrap(8, `${e.op === "neg" ? "-" : "~"}${sub(e.a, 8)}`);
    case "tir.Cast":
      return `${e.dtype.name}(${sub(e.value, 0)})`;
    case "tir.Select":
    case "tir.IfThenElse":
      return wrap(0.1, `${sub(e.then, 0.2)} if ${sub(e.cond, 0.2)} else ${sub(e.otherwise, 0.1)}`);
    case "tir.Load":
      return e.buffer.scalar
        ? e.buffer.name
        : `${e.buffer.name}[${e.indices.map((i) => sub(i, 0)).join(", ")}]`;
    case "tir.Ramp":
      return `${sub(e.base, 6)}:+${sub(e.stride, 6)}:${sub(e.lanes, 6)}`;
    case "tir.Broadcast":
      return sub(e.value, outer);
    case "tir.Shuffle":
      return "shuffle(…)";
    case "tir.Let":
      return `let ${e.var.name} = ${sub(e.value, 0)} in ${sub(e.body, 0)}`;
    case "tir.Call":
      return `${e.op}(${e.args.map((a) => argText(a, depth + 1)).join(", ")})`;
    case "tir.CallGlobal":
      return `${e.callee.name}(${e.args.map((a) => argText(a, depth + 1)).join(", ")})`;
  }
}

function argText(arg: CallArg, depth: number): string {
  switch (arg.kind) {
    case "tir.Buffer":
      return arg.name;
    case "tir.BufferRegion":
      return `${arg.buffer.name}[…]`;
    case "tir.AttrArg":
      return "…";
    case "tir.DTypeImm":
      return arg.value.name;
    default:
      return print(arg, 0, depth);
  }
}
