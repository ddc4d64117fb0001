/**
 * Whether every value of one struct info is a value of another, in four answers, combined by the worst:
 * L0 no value is; L1 not by kind, rank or element type; L2 not proved because of lengths; pass.
 */
import { structuralEqual } from "../../ir/core/equal.js";
import {
  dimsOf,
  type DTensorInfo,
  type FuncInfo,
  type PrimInfo,
  type ShapeInfo,
  type StructInfo,
  type TensorInfo,
  type VDevice,
} from "../../ir/relax/struct-info.js";
import type { PrimExpr } from "../../ir/tir/expr.js";
import { isErrorInfo } from "../error-info.js";
import type { Prover } from "./prover.js";

export type Subsumption = "L0" | "L1" | "L2" | "pass";

const order: readonly Subsumption[] = ["L0", "L1", "L2", "pass"];
/** The worse of two answers. */
export const worst = (a: Subsumption, b: Subsumption): Subsumption =>
  order.indexOf(a) <= order.indexOf(b) ? a : b;
/** Nesting beyond which nothing is claimed. */
const MAX_DEPTH = 200;

/** Whether `base` holds for every value of `derived`. A value that has an error passes. */
export function isBaseOf(
  base: StructInfo,
  derived: StructInfo,
  prover: Prover,
  depth = 0,
): Subsumption {
  if (base === derived || base.kind === "relax.ObjectInfo" || isErrorInfo(derived)) return "pass";
  if (depth > MAX_DEPTH) return "L2";
  if (derived.kind === "relax.ObjectInfo") return "L1";
  switch (base.kind) {
    case "relax.PrimInfo":
      return derived.kind === base.kind ? prim(base, derived, prover) : "L0";
    case "relax.ShapeInfo":
      return derived.kind === base.kind ? shape(base, derived, prover) : "L0";
    case "relax.TensorInfo":
      return derived.kind === base.kind ? tensor(base, derived, prover) : "L0";
    case "relax.DTensorInfo":
      return derived.kind === base.kind ? distributed(base, derived, prover) : "L0";
    case "relax.TupleInfo":
      if (derived.kind !== base.kind || derived.fields.length !== base.fields.length) return "L0";
      return base.fields.reduce<Subsumption>(
        (r, f, i) => worst(r, isBaseOf(f, derived.fields[i]!, prover, depth + 1)),
        "pass",
      );
    case "relax.FuncInfo":
      return derived.kind === base.kind ? func(base, derived, prover, depth + 1) : "L0";
  }
}

function prim(base: PrimInfo, derived: PrimInfo, prover: Prover): Subsumption {
  if (base.dtype !== derived.dtype) return "L0";
  if (base.value === undefined) return "pass";
  return derived.value === undefined ? "L2" : dim(base.value, derived.value, prover);
}

function dim(a: PrimExpr, b: PrimExpr, prover: Prover): Subsumption {
  if (a === b) return "pass";
  if (a.kind === "tir.IntImm" && b.kind === "tir.IntImm")
    return a.value === b.value ? "pass" : "L0";
  if (prover.equal(a, b) === true) return "pass";
  // Conditions are no integers to the prover.
  return structuralEqual(a, b, { mapFreeVars: false }) ? "pass" : "L2";
}

const rank = (base: number, derived: number): Subsumption =>
  base < 0 || base === derived ? "pass" : derived < 0 ? "L1" : "L0";

function dims(
  base: readonly PrimExpr[] | undefined,
  derived: readonly PrimExpr[] | undefined,
  prover: Prover,
): Subsumption {
  if (base === undefined) return "pass";
  if (derived === undefined) return "L2";
  return base.reduce<Subsumption>((r, d, i) => worst(r, dim(d, derived[i]!, prover)), "pass");
}

function shape(base: ShapeInfo, derived: ShapeInfo, prover: Prover): Subsumption {
  const ranks = rank(base.ndim, derived.ndim);
  return ranks === "pass" ? dims(base.values, derived.values, prover) : ranks;
}

const target = (v: VDevice): VDevice["target"] => v.target;
const sameDevice = (a: VDevice, b: VDevice): boolean =>
  a === b ||
  (a.index === b.index &&
    a.scope === b.scope &&
    (target(a) === target(b) || structuralEqual(a, b)));

function tensor(base: TensorInfo, derived: TensorInfo, prover: Prover): Subsumption {
  let answer = rank(base.ndim, derived.ndim);
  if (base.dtype !== undefined && base.dtype !== derived.dtype) {
    answer = worst(answer, derived.dtype === undefined ? "L1" : "L0");
  }
  if (
    base.vdevice !== undefined &&
    (derived.vdevice === undefined || !sameDevice(base.vdevice, derived.vdevice))
  ) {
    answer = worst(answer, derived.vdevice === undefined ? "L1" : "L0");
  }
  if (answer !== "pass" || base.shape === undefined || base.shape === derived.shape) return answer;
  if (base.shape.kind === "relax.Var" && dimsOf(base) === undefined) return "L2";
  return dims(dimsOf(base), derived.ndim === 0 ? [] : dimsOf(derived), prover);
}

function distributed(base: DTensorInfo, derived: DTensorInfo, prover: Prover): Subsumption {
  const plain = (s: string): string => s.replaceAll(" ", "");
  const sameMesh =
    base.mesh === derived.mesh ||
    (typeof base.mesh !== "string" &&
      typeof derived.mesh !== "string" &&
      structuralEqual(base.mesh, derived.mesh));
  const layout: Subsumption =
    sameMesh && plain(base.placement) === plain(derived.placement) ? "pass" : "L1";
  return worst(layout, tensor(base.tensor, derived.tensor, prover));
}

function func(base: FuncInfo, derived: FuncInfo, prover: Prover, depth: number): Subsumption {
  if (base.purity && !derived.purity) return "L0";
  if (base.params === undefined) {
    if (base.deriveFunc !== undefined)
      return base.deriveFunc === derived.deriveFunc ? "pass" : "L2";
    return isBaseOf(base.ret, derived.ret, prover, depth);
  }
  if (derived.params === undefined) return "L2";
  if (structuralEqual(base, derived)) return "pass";
  if (base.params.length !== derived.params.length) return "L0";
  // Parameters are compared covariantly: checks at the callee's entry cover the rest.
  const params = base.params.reduce<Subsumption>((r, p, i) => {
    const one = isBaseOf(p, derived.params![i]!, prover, depth);
    return worst(r, one === "L1" ? "L2" : one);
  }, "pass");
  return worst(params, isBaseOf(base.ret, derived.ret, prover, depth));
}
