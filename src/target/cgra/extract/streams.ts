/** Accesses that a generator of addresses serves: the element pops or pushes, and computes no address. */
import { addConst, addScaled, constValue, mul, samePoly, sub, zero, type Poly } from "../../../arith/poly.js"; // prettier-ignore
import type { Setting, StreamProgram } from "../machine/program.js";
import { bankOf } from "./address.js";
import type { Access, Context } from "./context.js";
import { requireNumber } from "./wide.js";

/** Gives streams to accesses, in order, and makes their nodes `POP` and `PUSH`; the others are left. */
export function assignStreams(cx: Context): {
  readonly streams: readonly StreamProgram[];
  readonly rest: readonly Access[];
} {
  const { fabric } = cx;
  const streams: StreamProgram[] = [];
  const rest = cx.accesses.filter((access) => {
    const program = fabric.streams.reduce<StreamProgram | undefined>(
      (found, _, i) => found ?? programFor(cx, access, i, streams),
      undefined,
    );
    if (program === undefined) return true;
    streams.push(program);
    const draft = cx.builder.drafts[access.node]!;
    const isLoad = access.kind === "load";
    const [, value, predicate] = draft.operands;
    draft.op = isLoad ? "POP" : "PUSH";
    draft.operands = isLoad ? [] : [value, undefined, predicate];
    draft.immediate = program.stream;
    draft.elements = fabric.streams[program.stream]!.elements;
    return false;
  });
  return { streams, rest };
}

function programFor(
  cx: Context,
  { kind, buffer, form, bytes, signed, edge, isConditional }: Access,
  index: number,
  taken: readonly StreamProgram[],
): StreamProgram | undefined {
  const stream = cx.fabric.streams[index]!;
  const bank = bankOf(cx, buffer, form);
  if (stream.direction !== (kind === "load" ? "in" : "out")) return undefined;
  if (cx.fabric.banks[bank]?.name !== stream.bank || taken.some((t) => t.stream === index))
    return undefined;
  if (isConditional || form.parts.length > 0) return undefined;
  if (!stream.elements.some((e) => cx.fabric.elements[e]!.ops.has("strm"))) return undefined;
  // A store at an edge steps through the outer loops alone.
  const only = kind === "store" ? edge : undefined;
  const outer = only?.level ?? form.steps.length;
  let base = form.base;
  for (let level = outer; level < form.steps.length && only?.edge === "last"; level++) {
    const reach = mul(form.steps[level]!, addConst(cx.extent(level), -1));
    if (reach === undefined) return undefined;
    base = addScaled(base, reach, 1);
  }
  const dims = merged(
    form.steps.slice(0, outer).map((step, level) => ({ extent: cx.extent(level), step })),
  );
  if (dims.length > stream.dims || !dims.every((d) => requireNumber(cx, d.extent)))
    return undefined;
  const setting = (p: Poly): Setting => cx.fixedPoly(p) as Setting;
  return {
    stream: index,
    base: setting(base),
    dims: dims.map(({ extent, step }) => ({ extent: setting(extent), stride: setting(step) })),
    bytes,
    signed,
  };
}

interface Dimension {
  readonly extent: Poly;
  readonly step: Poly;
}

/** Loops of one iteration say nothing, and a loop that goes on where the inner one ends is one with it. */
function merged(dims: readonly Dimension[]): readonly Dimension[] {
  const result: Dimension[] = [];
  for (const dim of dims) {
    if (constValue(dim.extent) === 1) continue;
    const outer = result.at(-1);
    const reach = mul(dim.step, dim.extent);
    const extent = outer && mul(outer.extent, dim.extent);
    if (outer && reach && extent && samePoly(sub(outer.step, reach), zero)) {
      result[result.length - 1] = { extent, step: dim.step };
    } else result.push(dim);
  }
  return result;
}
