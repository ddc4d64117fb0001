/** Tensor intrinsics: what a piece of a program computes, and what computes the same on some machine. */
import type { PrimFunc } from "../ir/tir/function.js";
import { blockCodes } from "./block-codes.js";
import { refuse } from "./primitive.js";
import { funcOf, type ScheduleState } from "./state.js";

/** A description and an implementation, over buffers of the same shapes. */
export interface TensorIntrinsic {
  readonly desc: PrimFunc;
  readonly impl: PrimFunc;
}

/**
 * The intrinsic of this name: one of a library, or the functions `NAME_desc` and `NAME_impl` of the module, with `_`
 * for what is no letter or digit of the name.
 */
export function intrinsicOf(state: ScheduleState, name: string): TensorIntrinsic {
  const given = state.intrinsics?.(name);
  if (given !== undefined) return given;
  const base = name.replace(/\W/g, "_");
  const [desc, impl] = ["desc", "impl"].map((part) => state.module.functions.get(`${base}_${part}`)); // prettier-ignore
  if (desc?.kind === "tir.PrimFunc" && impl?.kind === "tir.PrimFunc") return { desc, impl };
  return refuse(blockCodes.noIntrinsic({ name, base, at: funcOf(state).span }));
}
