import { Analyzer } from "../../arith/index.js";
import { rewrite } from "../../ir/core/rewrite.js";
import {
  binary,
  call,
  cast,
  compare,
  intImm,
  select,
  type Call,
  type Compare,
  type PrimExpr,
} from "../../ir/tir/expr.js";
import { float32, int32, int64, isFloat, isInteger, laneOf } from "../../support/dtype.js";
import { elementaryNames } from "../../support/numeric/transcendental.js";
import { definePass } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";
import { isSymbolic, walkWithBounds } from "./bounded-walk.js";
import { addIndex, subIndex } from "./strides.js";

/**
 * Precondition: none. Result: floor division and remainder of operands that are proved not negative are truncating
 * ones, `T.q_multiply_shift` is 64-bit arithmetic, `T.likely` is gone, and elementary functions of floats below 32 bits
 * are float32 functions that are rounded after. Sound by the definitions of these operations.
 */
export const lowerIntrinsics = definePass({
  name: "lower-intrinsics",
  dialect: "tir",
  summary: "Replaces intrinsics by arithmetic that every target has.",
  options: {},
  run: (module) =>
    mapPrimFuncs(module, (func) => {
      const divided = walkWithBounds(func, (e, analyzer) => truncating(e, analyzer));
      return rewrite(divided, (node) => (node.kind === "tir.Call" ? loweredCall(node) : node));
    }),
});

/** For `a ≥ 0` and `b > 0` both kinds of division agree. */
function truncating(e: PrimExpr, analyzer: Analyzer): PrimExpr {
  if (e.kind !== "tir.Binary" || (e.op !== "floordiv" && e.op !== "floormod")) return e;
  if (!isInteger(e.dtype) || e.dtype.lanes !== 1) return e;
  const op = e.op === "floordiv" ? "div" : "mod";
  const plain = e.dtype.code === "uint" || (atLeast(analyzer, e.a, 0) && atLeast(analyzer, e.b, 1));
  return plain ? { ...e, op } : e;
}

const atLeast = (analyzer: Analyzer, e: PrimExpr, low: number): boolean =>
  analyzer.constBound(e).min >= low ||
  (isSymbolic(e) && analyzer.prove(compare("ge", e, intImm(low, e.dtype))) === true);

/** Functions that are one float32 computation followed by one rounding. */
const ROUNDED_ONCE: ReadonlySet<string> = new Set([...elementaryNames, "sqrt"]);

function loweredCall(e: Call): PrimExpr {
  const args = e.args.filter((a): a is PrimExpr => "dtype" in a && a.kind !== "tir.Buffer");
  if (e.op === "likely" && args.length === 1) return args[0]!;
  if (e.op === "q_multiply_shift" && args.length === 4 && e.dtype === int32)
    return multiplyShift(args);
  const isNarrow = isFloat(e.dtype) && e.dtype.bits < 32 && e.dtype.lanes === 1;
  const isLanewise = args.length === e.args.length && args.every((a) => a.dtype === e.dtype);
  if (!isNarrow || !isLanewise || !ROUNDED_ONCE.has(e.op)) return e;
  return cast(
    call(
      e.op,
      args.map((a) => cast(a, float32)),
      float32,
      e.span,
      e.attrs,
    ),
    e.dtype,
    e.span,
  );
}

/** `(x · 2^max(s, 0) · y + 2^(t − 1)) / 2^t` with `t = q + max(−s, 0)`. */
function multiplyShift(args: readonly PrimExpr[]): PrimExpr {
  const [x, y, q, s] = args.map((e) =>
    e.kind === "tir.IntImm" ? intImm(e.value, int64) : cast(e, int64),
  ) as [PrimExpr, PrimExpr, PrimExpr, PrimExpr];
  const zero = intImm(0, int64);
  const one = intImm(1, int64);
  const isLeft = decided(compare("gt", s, zero));
  const left = choose(isLeft, s, zero);
  const total = addIndex(q, choose(isLeft, zero, subIndex(zero, s)));
  const shifted = left.kind === "tir.IntImm" && left.value === 0 ? x : binary("shl", x, left);
  const product = binary("mul", shifted, y);
  const rounded = binary("add", product, binary("shl", one, subIndex(total, one)));
  return cast(binary("shr", rounded, total), laneOf(int32));
}

/** A comparison of constants is known here: shifts mostly are. */
const decided = (e: Compare): Compare | boolean =>
  e.a.kind === "tir.IntImm" && e.b.kind === "tir.IntImm" ? e.a.value > e.b.value : e;

const choose = (cond: Compare | boolean, then: PrimExpr, otherwise: PrimExpr): PrimExpr => {
  if (typeof cond === "boolean") return cond ? then : otherwise;
  return select(cond, then, otherwise);
};
