/** Bit patterns of floats. */
import type { ModuleContext } from "../codegen/context.js";
import { cTypeOf } from "../codegen/types.js";

type Width = "f32" | "f64";
const intOf = (width: Width): string => (width === "f32" ? "i32" : "i64");

const copy = (name: string, from: string, to: string): string =>
  `RX_HELPER ${to} ${name}(${from} x) {
  ${to} y;
  memcpy(&y, &x, sizeof y);
  return y;
}`;

/** Float to the signed integer with its bits. */
export const bitsRoutine = (shared: ModuleContext, width: Width): string => {
  const name = `rx_bits_${width}`;
  return shared.routine(name, () => copy(name, cTypeOf(width), cTypeOf(intOf(width))));
};

/** The reverse. */
export const fromBitsRoutine = (shared: ModuleContext, width: Width): string => {
  const name = `rx_float_${width}`;
  return shared.routine(name, () => copy(name, cTypeOf(intOf(width)), cTypeOf(width)));
};
