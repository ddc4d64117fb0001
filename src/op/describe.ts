/** Short text of struct info and dimensions for messages. */
import type { StructInfo } from "../ir/relax/struct-info.js";
import type { Binary, PrimExpr } from "../ir/tir/expr.js";
import { isErrorInfo } from "./error-info.js";

const infix: Partial<Readonly<Record<Binary["op"], readonly [string, number]>>> = {
  add: ["+", 1],
  sub: ["-", 1],
  mul: ["*", 2],
  floordiv: ["//", 2],
  floormod: ["%", 2],
};

/** A dimension as the text spells it; very deep ones are cut. */
export function dimText(e: PrimExpr, level = 0, depth = 0): string {
  if (depth > 20) return "…";
  const inner = (x: PrimExpr): string => dimText(x, 0, depth + 1);
  switch (e.kind) {
    case "tir.Var":
      return e.name;
    case "tir.IntImm":
    case "tir.FloatImm":
      return String(e.value);
    case "tir.Cast":
      return inner(e.value);
    case "tir.Binary": {
      const sign = infix[e.op];
      if (sign === undefined) return `${e.op}(${inner(e.a)}, ${inner(e.b)})`;
      const [symbol, at] = sign;
      const text = `${dimText(e.a, at, depth + 1)} ${symbol} ${dimText(e.b, at + 1, depth + 1)}`;
      return at < level ? `(${text})` : text;
    }
    case "tir.IfThenElse":
    case "tir.Select":
      return `if_then_else(${inner(e.cond)}, ${inner(e.then)}, ${inner(e.otherwise)})`;
    case "tir.Compare":
      return `${inner(e.a)} ${{ eq: "==", ne: "!=", lt: "<", le: "<=", gt: ">", ge: ">=" }[e.op]} ${inner(e.b)}`;
    default:
      return "?";
  }
}

export const dimsText = (dims: readonly PrimExpr[]): string =>
  `(${dims.map((d) => dimText(d)).join(", ")}${dims.length === 1 ? "," : ""})`;

/** Struct info as the text spells it, shortened in depth. */
export function describe(info: StructInfo, depth = 0): string {
  if (depth > 6) return "…";
  switch (info.kind) {
    case "relax.ObjectInfo":
      return isErrorInfo(info) ? "a value with an error" : "R.Any";
    case "relax.PrimInfo":
      return `R.Prim("${info.dtype.name}")`;
    case "relax.ShapeInfo":
      if (info.values) return `R.Shape([${info.values.map((v) => dimText(v)).join(", ")}])`;
      return info.ndim < 0 ? "R.Shape" : `R.Shape(ndim=${info.ndim})`;
    case "relax.TensorInfo": {
      const parts: string[] = [];
      const { shape } = info;
      if (shape?.kind === "relax.ShapeExpr") parts.push(dimsText(shape.values));
      else if (shape !== undefined) parts.push(shape.name);
      if (info.dtype) parts.push(`"${info.dtype.name}"`);
      if (shape === undefined && info.ndim >= 0) parts.push(`ndim=${info.ndim}`);
      return parts.length === 0 ? "R.Tensor" : `R.Tensor(${parts.join(", ")})`;
    }
    case "relax.DTensorInfo":
      return "R.DTensor";
    case "relax.TupleInfo":
      return `R.Tuple(${info.fields.map((f) => describe(f, depth + 1)).join(", ")})`;
    case "relax.FuncInfo":
      if (info.params === undefined) return "R.Callable";
      return `R.Callable((${info.params.map((p) => describe(p, depth + 1)).join(", ")}), ${describe(info.ret, depth + 1)})`;
  }
}
