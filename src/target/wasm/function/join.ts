/** Values of branches: both put theirs where the code after the branch finds it. */
import { dimsOf, type StructInfo } from "../../../ir/relax/struct-info.js";
import { isFloat } from "../../../support/dtype.js";
import { decline } from "../../decline.js";
import { pushPointer, type Place } from "./place.js";
import { MOST_SYMBOL, needEqual, pushSize, sizeOf, type Size } from "./size.js";
import type { State } from "./state.js";

/** A value that either branch gives. */
export interface Join {
  readonly place: Place;
  /** Writes the code that hands over a branch's value. */
  take(from: Place): void;
}

/** Sizes that are known before the branches must come out the same; the others are handed over. */
export function joinOf(s: State, info: StructInfo | undefined): Join {
  const { f } = s;
  switch (info?.kind) {
    case "relax.TensorInfo": {
      const { dtype } = info;
      if (dtype === undefined || info.ndim < 0)
        return decline("a branch gives a tensor of unknown type");
      const local = f.local("i32");
      const sizes = joinSizes(s, info, info.ndim);
      const dims = sizes.map((x) => x.size);
      return {
        place: {
          kind: "tensor",
          dtype,
          dims,
          owned: false,
          pointer: { kind: "local", local, offset: 0 },
        },
        take(from) {
          if (from.kind !== "tensor" || from.dtype !== dtype || from.dims.length !== dims.length)
            return decline("a branch gives another type of tensor");
          from.dims.forEach((d, i) => sizes[i]!.take(d));
          pushPointer(f, from.pointer, s.program.table);
          f.set(local);
        },
      };
    }
    case "relax.TupleInfo": {
      const fields = info.fields.map((x) => joinOf(s, x));
      return {
        place: { kind: "tuple", fields: fields.map((x) => x.place) },
        take(from) {
          if (from.kind !== "tuple" || from.fields.length !== fields.length)
            return decline("a branch gives another tuple");
          fields.forEach((x, i) => x.take(from.fields[i]!));
        },
      };
    }
    case "relax.ShapeInfo": {
      if (info.ndim < 0) return decline("a branch gives a shape of unknown rank");
      const sizes = joinSizes(s, info, info.ndim);
      return {
        place: { kind: "shape", dims: sizes.map((x) => x.size) },
        take(from) {
          if (from.kind !== "shape" || from.dims.length !== sizes.length)
            return decline("a branch gives another rank");
          from.dims.forEach((d, i) => sizes[i]!.take(d));
        },
      };
    }
    case "relax.PrimInfo": {
      if (isFloat(info.dtype)) return decline("a branch gives a float");
      const one = handedOver(s);
      return {
        place: { kind: "integer", size: one.size },
        take: (from) =>
          from.kind === "integer" ? one.take(from.size) : decline("a branch gives another kind"),
      };
    }
    default:
      return decline("a branch gives a value of unknown kind");
  }
}

interface SizeJoin {
  readonly size: Size;
  take(from: Size): void;
}

function joinSizes(s: State, info: StructInfo, rank: number): SizeJoin[] {
  const known = dimsOf(info);
  return Array.from({ length: rank }, (_, i) => {
    if (known === undefined) return handedOver(s);
    const size = sizeOf(s.f, s.sizes, known[i]!);
    return { size, take: (from: Size) => needEqual(s.f, size, from) };
  });
}

function handedOver({ f }: State): SizeJoin {
  const local = f.local("i64");
  const bound = MOST_SYMBOL * MOST_SYMBOL;
  return {
    size: { kind: "local", local, low: -bound, high: bound },
    take(from) {
      if (
        from.kind === "number"
          ? from.value > bound || from.value < -bound
          : from.low < -bound || from.high > bound
      )
        decline("a size may not fit 64 bits");
      pushSize(f, from);
      f.set(local);
    },
  };
}
