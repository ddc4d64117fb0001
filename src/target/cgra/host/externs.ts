/** Functions that generated hosts call to drive a fabric; C has them in `relax_cgra_host.h`, JavaScript in `device.ts`. */
import { call, intImm, stringImm, type CallArg, type PrimExpr } from "../../../ir/tir/expr.js";
import { evaluate, type Stmt } from "../../../ir/tir/stmt.js";
import { int32, voidType } from "../../../support/dtype.js";
import { castIndex } from "../../../transform/tir/strides.js";
import type { DmaBox } from "./dma.js";

/** Whether there is no fabric, so that the host computes. */
export const ON_HOST = "cgra_on_host";
/** Waits until all copies and launches are done. */
export const WAIT = "cgra_wait";
/** Starts a kernel: `cgra_launch_NAME(livein…)`. */
export const LAUNCH = "cgra_launch_";
/** Copies of boxes: channel, address, host memory, bytes of a run, then count and strides of each dimension. */
export const COPIES = { write: "cgra_write", read: "cgra_read", fill: "cgra_fill" } as const;

/** Dimensions that the copies take; those not needed have count 1. */
export const DMA_DIMS = 3;

const number = (e: PrimExpr): PrimExpr => castIndex(e, int32);

/** A call for its effect. */
export const extern = (name: string, ...args: readonly CallArg[]): Stmt =>
  evaluate(call("call_extern", [stringImm(name), ...args], voidType));

/** The call that copies a box; `memory` is the address in host memory, or the value of a fill. */
export function copyCall(box: DmaBox, channel: number, address: PrimExpr, memory: PrimExpr): Stmt {
  const one = { count: intImm(1), host: intImm(0), spad: intImm(0) };
  const missing = Array.from({ length: DMA_DIMS - box.dims.length }, () => one);
  const dims = [...missing, ...box.dims].flatMap(({ count, host, spad }) =>
    box.kind === "fill" ? [count, spad] : [count, host, spad],
  );
  const args = [address, memory, box.run, ...dims];
  return extern(
    COPIES[box.kind],
    intImm(channel),
    ...args.map((e) => (e === memory && box.kind !== "fill" ? e : number(e))),
  );
}
