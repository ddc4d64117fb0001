/** Functions on the bits of numbers, and integer powers. */
import type { ModuleContext } from "../codegen/context.js";
import { cTypeOf } from "../codegen/types.js";
import { bitsRoutine, fromBitsRoutine } from "./bits.js";

/** Number of ones, or of zeros before the first one. */
export function countRoutine(
  shared: ModuleContext,
  which: "popcount" | "clz",
  bits: number,
): string {
  // prettier-ignore
  const name = `rx_${which}_${bits}`;
  const c = bits === 64 ? "uint64_t" : "uint32_t";
  const body =
    which === "popcount"
      ? "  for (; x != 0; x &= x - 1) ++n;"
      : `  for (n = ${bits}; x != 0; x >>= 1) --n;`;
  return shared.routine(
    name,
    () => `RX_HELPER int32_t ${name}(${c} x) {\n  int32_t n = 0;\n${body}\n  return n;\n}`,
  );
}

/** Powers by repeated squaring, modulo the width. */
export function powerRoutine(shared: ModuleContext, lane: string): string {
  const name = `rx_power_${lane}`;
  const c = cTypeOf(lane);
  const wide = lane.endsWith("64") ? "uint64_t" : "uint32_t";
  return shared.routine(
    name,
    () => `RX_HELPER ${c} ${name}(${c} x, ${c} n) {
  ${wide} value = 1, base = (${wide})x, rest = (${wide})n;
  for (; rest != 0; rest >>= 1) {
    if (rest & 1u) value *= base;
    base *= base;
  }
  return (${c})value;
}`,
  );
}

/** The neighbour of the first operand towards the second. */
export function nextAfterRoutine(shared: ModuleContext, width: "f32" | "f64"): string {
  const name = `rx_nextafter_${width}`;
  return shared.routine(name, () => {
    const [bits, back] = [bitsRoutine(shared, width), fromBitsRoutine(shared, width)];
    const c = cTypeOf(width);
    const single = width === "f32";
    return `RX_HELPER ${c} ${name}(${c} x, ${c} y) {
  if (x != x || y != y) return ${single ? "NAN" : "(double)NAN"};
  if (x == y) return y;
  if (x == ${single ? "0.0f" : "0.0"}) return ${single ? "copysignf(0x1p-149f, y)" : "copysign(0x1p-1074, y)"};
  return ${back}(${bits}(x) + ((y > x) == (x > ${single ? "0.0f" : "0.0"}) ? 1 : -1));
}`;
  });
}

/** `x · 2^n` in steps that neither overflow nor round early. */
export function scaleRoutine(shared: ModuleContext): string {
  return shared.routine("rx_scale", () => {
    const back = fromBitsRoutine(shared, "f64");
    return `RX_HELPER double rx_scale(double x, int32_t n) {
  while (n > 1000 && x != 0.0 && fabs(x) < (double)INFINITY) {
    x *= 0x1p1000;
    n -= 1000;
  }
  if (n > 1000) n = 1000;
  while (n < -1000) {
    if (fabs(x) < 0x1p-40) return 0.0 * x;
    x *= 0x1p-969;
    n += 969;
    if (n < -2200) n = -2200;
  }
  return x * ${back}((int64_t)(n + 1023) << 52);
}`;
  });
}
