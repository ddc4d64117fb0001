/** Functions for a fabric as hosts compute them instead. */
import { rewrite } from "../../../ir/core/rewrite.js";
import type { Node } from "../../../ir/nodes.js";
import { binary, call, cast, floatImm, intImm, load, makeVar, shuffle, type Call, type PrimExpr } from "../../../ir/tir/expr.js"; // prettier-ignore
import type { Buffer } from "../../../ir/tir/buffer.js";
import { forLoop, seq, store, type Stmt } from "../../../ir/tir/stmt.js";
import type { PrimFunc } from "../../../ir/tir/function.js";
import { int32, isFloat, laneOf, uint8 } from "../../../support/dtype.js";

/**
 * The function with words that are taken as several numbers taken apart by shifts, since registers of hosts do not hold
 * so short vectors; and with registers of the array set to 0, as those of the array are.
 */
export const hostForm = (func: PrimFunc): PrimFunc =>
  rewrite(func, (n: Node): Node => {
    if (n.kind === "tir.Call" && n.op === "reinterpret") return byShifts(n) ?? n;
    if (n.kind === "tir.Block") {
      const fills = n.allocs.filter(isRegisters).map(cleared);
      return fills.length === 0 ? n : { ...n, body: seq([...fills, n.body]) };
    }
    if (n.kind === "tir.Alloc" && isRegisters(n.buffer)) return seq([n, cleared(n.buffer)]);
    return n;
  });

const isRegisters = (b: Buffer): boolean => b.scope === "local" && !b.scalar;

function cleared(buffer: Buffer): Stmt {
  const vars = buffer.shape.map((d, k) => makeVar(`i${k}`, d.dtype));
  const zero = isFloat(buffer.dtype) ? floatImm(0, buffer.dtype) : intImm(0, buffer.dtype);
  return vars.reduceRight<Stmt>(
    (body, v, k) => forLoop({ var: v, min: intImm(0, v.dtype), extent: buffer.shape[k]!, body }),
    store(buffer, vars, zero),
  );
}

function byShifts(e: Call): PrimExpr | undefined {
  const x = e.args.at(-1) as PrimExpr;
  if (x.dtype.lanes === 4 && x.dtype.bits === 8 && e.dtype === int32) {
    const bytes = [0, 1, 2, 3].map((k) => cast(cast(laneAt(x, k), uint8), int32));
    return bytes
      .map((b, k) => (k === 0 ? b : call("shift_left", [b, intImm(8 * k)], int32)))
      .reduce<PrimExpr>((a, b) => (a === b ? a : binary("add", a, b)), intImm(0));
  }
  const type = laneOf(e.dtype);
  if (e.dtype.lanes === 4 && type.bits === 8 && x.dtype === int32) {
    const parts = [0, 1, 2, 3].map((k) => cast(call("shift_right", [x, intImm(8 * k)], int32), type)); // prettier-ignore
    return shuffle(parts, [0, 1, 2, 3].map((k) => intImm(k))); // prettier-ignore
  }
  return undefined;
}

/** One lane of a vector. */
function laneAt(e: PrimExpr, lane: number): PrimExpr {
  if (e.kind === "tir.Load" && e.predicate === undefined) {
    const at = e.indices.map((i) =>
      i.kind === "tir.Ramp"
        ? binary("add", i.base, binary("mul", i.stride, intImm(lane, i.stride.dtype)))
        : i,
    );
    return load(e.buffer, at, e.span);
  }
  return shuffle([e], [intImm(lane)]);
}
