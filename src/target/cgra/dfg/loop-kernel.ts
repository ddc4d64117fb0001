/** A loop nest taken out of a T function for the array: its graph, and what surrounds it. */
import type { Buffer } from "../../../ir/tir/buffer.js";
import type { PrimExpr } from "../../../ir/tir/expr.js";
import type { Span } from "../../../support/source.js";
import type { Setting, StreamProgram } from "../machine/program.js";
import type { Dfg } from "./dfg.js";

export interface LoopKernel {
  readonly name: string;
  /** One iteration of the flattened nest. */
  readonly graph: Dfg;
  /** By node: the place of the program that asked for it. */
  readonly spans?: readonly (Span | undefined)[] | undefined;
  /** Extents of the hardware loops, outermost first. */
  readonly loops: readonly Setting[];
  readonly streams: readonly StreamProgram[];
  /** Numbers given at launch: int32 expressions of what is known where the nest stood. */
  readonly liveins: readonly { readonly name: string; readonly value: PrimExpr }[];
  /** Buffers it touches, all in the scratchpad. */
  readonly buffers: readonly Buffer[];
  /** What must hold at a launch; where one does not, the host computes the nest. */
  readonly conditions: readonly PrimExpr[];
}

/**
 * Where a buffer of a kernel is: its bank, and the byte address of its first element in the scratchpad, in which banks
 * follow each other in the order of the fabric. The address is an expression, so that it can differ from launch to launch.
 */
export interface BufferPlace {
  readonly bank: number;
  readonly address: PrimExpr;
}
