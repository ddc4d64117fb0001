/** Where values of a compiled Relax function are. */
import type { NDArray } from "../../../support/ndarray.js";
import type { DType } from "../../../support/dtype.js";
import type { FunctionBuilder, Local } from "../encoder/function.js";
import type { Size } from "./size.js";

/** An address: a local and a number of bytes, or a constant of the program. */
export type Pointer =
  | { readonly kind: "local"; readonly local: Local; readonly offset: number }
  | { readonly kind: "constant"; readonly index: number };

export interface TensorPlace {
  readonly kind: "tensor";
  readonly pointer: Pointer;
  readonly dims: readonly Size[];
  readonly dtype: DType;
  /** Memory of this function alone, which may be stored to; not that of a parameter or constant. */
  readonly owned: boolean;
}
export type Place =
  | TensorPlace
  | { readonly kind: "storage"; readonly pointer: Pointer; readonly size: Size }
  | { readonly kind: "tuple"; readonly fields: readonly Place[] }
  | { readonly kind: "shape"; readonly dims: readonly Size[] }
  | { readonly kind: "integer"; readonly size: Size }
  /** A float: the bits of a float64. */
  | { readonly kind: "float"; readonly bits: Local };

/** Constants that functions use; each is known by its place in the list. */
export interface ConstantList {
  readonly items: readonly NDArray[];
  indexOf(data: NDArray): number;
}

export function constantList(): ConstantList {
  const items: NDArray[] = [];
  const known = new Map<NDArray, number>();
  return {
    items,
    indexOf(data) {
      let index = known.get(data);
      if (index === undefined) known.set(data, (index = items.push(data) - 1));
      return index;
    },
  };
}

/** Pushes an address; `table` is the global that holds the address of the table of constants. */
export function pushPointer(f: FunctionBuilder, p: Pointer, table: number): void {
  if (p.kind === "constant") {
    f.getGlobal(table);
    f.memory("i32.load", 4 * p.index);
    return;
  }
  f.get(p.local);
  if (p.offset === 0) return;
  f.i32(p.offset);
  f.op("i32.add");
}
