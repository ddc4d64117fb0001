/** Hints that memory will be used soon: for compilers that have them, nothing elsewhere. */
import type { Call } from "../../../ir/tir/expr.js";
import { operandOf } from "../../intrinsic.js";
import type { FunctionContext } from "./context.js";
import { emitExpr } from "./expr.js";
import { called, primary, type Piece } from "./text.js";

/** `T.prefetch(address, for writing, locality, 1 for data)` */
export function emitPrefetch(cx: FunctionContext, e: Call): Piece {
  const number = (i: number, fallback: number): Piece => {
    const arg = e.args[i];
    return primary(String(arg?.kind === "tir.IntImm" ? Number(arg.value) : fallback));
  };
  // Instructions are not fetched by what GNU C has.
  if (number(3, 1).text !== "1") return primary("");
  const name = cx.shared.routine(
    "RX_PREFETCH",
    () => `#if defined(__GNUC__)
#define RX_PREFETCH(p, write, locality) __builtin_prefetch(p, write, locality)
#else
#define RX_PREFETCH(p, write, locality) ((void)(p))
#endif`,
  );
  return called(name, emitExpr(cx, operandOf(e, 0)), number(1, 0), number(2, 3));
}
