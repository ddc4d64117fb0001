/** Vectors put together of lanes of others. */
import type { IntImm, PrimExpr, Shuffle } from "../../../ir/tir/expr.js";
import { DiagnosticError } from "../../../support/diagnostic.js";
import { codegenCodes } from "../../codes.js";
import type { FunctionContext } from "./context.js";
import { shapeOf } from "./register.js";
import type { Group } from "./vector-plan.js";

/** Lanes of two parts come by one shuffle, of more one by one. */
export function emitShuffle(
  cx: FunctionContext,
  e: Shuffle,
  chunk: number,
  group: Group,
  emitPart: (vector: PrimExpr, chunk: number) => void,
): void {
  const { f } = cx;
  const lanes = e.indices
    .slice(chunk * group, (chunk + 1) * group)
    .map((index) => partOf(e, Number((index as IntImm).value), group));
  const parts = [...new Map(lanes.map((lane) => [lane.key, lane])).values()];
  const [first, second] = parts;
  const push = (part: ShuffledLane): void => emitPart(part.vector, part.chunk);
  const bytes = 16 / group;
  if (parts.length <= 2) {
    push(first!);
    if (second === undefined) {
      const whole = f.local("v128");
      f.tee(whole);
      f.get(whole);
    } else push(second);
    return f.shuffle(
      lanes.flatMap(({ key, lane }) => {
        const start = (key === first!.key ? 0 : 16) + lane * bytes;
        return Array.from({ length: bytes }, (_, k) => start + k);
      }),
    );
  }
  const shape = shapeOf(e.dtype);
  const locals = new Map(
    parts.map((part) => {
      const local = f.local("v128");
      push(part);
      f.set(local);
      return [part.key, local];
    }),
  );
  lanes.forEach(({ key, lane }, k) => {
    f.get(locals.get(key)!);
    f.lane(`${shape}.extract_lane`, lane);
    if (k === 0) f.op(`${shape}.splat`);
    else f.lane(`${shape}.replace_lane`, k);
  });
}

interface ShuffledLane {
  readonly key: string;
  readonly vector: PrimExpr;
  readonly chunk: number;
  readonly lane: number;
}

/** Where a lane of the operands of a shuffle, counted through, is. */
function partOf(e: Shuffle, index: number, group: number): ShuffledLane {
  let rest = index;
  for (const [k, vector] of e.vectors.entries()) {
    if (rest < vector.dtype.lanes) {
      const chunk = Math.floor(rest / group);
      return { key: `${k}.${chunk}`, vector, chunk, lane: rest % group };
    }
    rest -= vector.dtype.lanes;
  }
  throw new DiagnosticError(
    codegenCodes.operand({
      index: 2,
      name: "Shuffle",
      expected: "a lane number of the vectors",
      at: e.span,
    }),
  );
}
