/**
 * Vector types and operations: the compiler's own vectors where it has them, loops over the lanes of a structure
 * elsewhere. Each operation is a macro for the one and a function for the other, so that code above reads the same.
 */
import type { ModuleContext } from "../codegen/context.js";
import { cTypeOf, vectorTypeName } from "../codegen/types.js";

/** A vector type by the short name of its lanes. */
export interface VectorType {
  readonly lane: string;
  readonly lanes: number;
}

const bytesOfLane = (lane: string): number => Number(lane.slice(1)) / 8;
export const isPowerOfTwo = (n: number): boolean => n > 0 && (n & (n - 1)) === 0;

/** Name of the C type; defines it, and `NAME_lane(x, k)`, once. */
export function vectorType(shared: ModuleContext, { lane, lanes }: VectorType): string {
  const name = vectorTypeName(lane, lanes);
  return shared.routine(name, () => {
    const c = cTypeOf(lane);
    const structure = `typedef struct {\n  ${c} v[${lanes}];\n} ${name};\n#define ${name}_lane(x, k) ((x).v[k])`;
    if (!isPowerOfTwo(lanes)) return structure;
    const bytes = bytesOfLane(lane) * lanes;
    return `#if RX_VECTORS
typedef ${c} ${name} __attribute__((vector_size(${bytes})));
typedef ${c} ${name}_at __attribute__((vector_size(${bytes}), aligned(${bytesOfLane(lane)}), may_alias));
#define ${name}_lane(x, k) ((x)[k])
#else
${structure}
#endif`;
  });
}

/** An operation on vectors. */
export interface VectorOperation {
  /** Name after the type's: `add` gives `rx_f32x16_add`. */
  readonly name: string;
  readonly result: VectorType;
  /** Operands: vectors, or scalars and pointers by their C type. */
  readonly params: readonly (VectorType | string)[];
  /** The macro's text over `a`, `b`, `c`. */
  readonly native: string;
  /** Value of lane `k` over `a`, `b`, `c`, whose lanes are given by `lane`. */
  readonly each: (lane: (operand: "a" | "b" | "c") => string) => string;
}

/** Name of the operation, which is defined once. */
export function vectorRoutine(shared: ModuleContext, op: VectorOperation): string {
  const result = vectorType(shared, op.result);
  const types = op.params.map((p) => (typeof p === "string" ? p : vectorType(shared, p)));
  const name = `${result}_${op.name}`;
  return shared.routine(name, () => {
    const letters = ["a", "b", "c"].slice(0, types.length);
    const lane = (x: "a" | "b" | "c"): string => {
      const k = letters.indexOf(x);
      return typeof op.params[k] === "string" ? x : `${types[k]!}_lane(${x}, k)`;
    };
    const params = letters.map((l, k) => `${types[k]!}${types[k]!.endsWith("*") ? "" : " "}${l}`);
    return `#if RX_VECTORS
#define ${name}(${letters.join(", ")}) (${op.native})
#else
RX_HELPER ${result} ${name}(${params.join(", ")}) {
  ${result} r;
  int k;
  for (k = 0; k < ${op.result.lanes}; ++k) ${result}_lane(r, k) = (${cTypeOf(op.result.lane)})(${op.each(lane)});
  return r;
}
#endif`;
  });
}

/** Name of the statement that writes a vector to memory. */
export function storeRoutine(shared: ModuleContext, type: VectorType): string {
  const vector = vectorType(shared, type);
  const name = `${vector}_store`;
  return shared.routine(
    name,
    () => `#if RX_VECTORS
#define ${name}(p, x) (*(${vector}_at *)(p) = (x))
#else
RX_HELPER void ${name}(${cTypeOf(type.lane)} *p, ${vector} x) {
  memcpy(p, &x, sizeof x);
}
#endif`,
  );
}
