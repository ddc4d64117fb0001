import { structuralEqual } from "../../ir/core/equal.js";
import type { Node } from "../../ir/nodes.js";
import { makeBuffer, type Buffer } from "../../ir/tir/buffer.js";
import { makeVar, type PrimExpr } from "../../ir/tir/expr.js";
import { mapStatements } from "../../ir/tir/statements.js";
import { bind, decl, seq, type Block, type MatchBuffer, type Stmt } from "../../ir/tir/stmt.js";
import { int32 } from "../../support/dtype.js";
import { definePass } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";
import { isSymbolic } from "./bounded-walk.js";
import { replaceNodes } from "./replace.js";
import { addIndex, mulIndex, rowMajor, stridesOf } from "./strides.js";

/**
 * Precondition: none. Result: no block matches sub-regions; each match became a declared alias whose strides and
 * offset are those of its source (no strides where it is compact), and the symbols the match binds are replaced by their values. Sound because the
 * alias addresses exactly the elements of the region.
 */
export const lowerMatchBuffer = definePass({
  name: "lower-match-buffer",
  dialect: "tir",
  summary: "Turns matched sub-regions into aliases with strides and an offset.",
  from: "block",
  options: {},
  run: (module) =>
    mapPrimFuncs(module, (func) => {
      const body = lower(func.body);
      return body === func.body ? func : { ...func, body };
    }),
});

/** Outer blocks first, because a match may be of a matched buffer. */
function lower(s: Stmt): Stmt {
  const here = s.kind === "tir.Block" && s.matches.length > 0 ? withoutMatches(s) : s;
  return mapStatements(here, lower);
}

function withoutMatches(block: Block): Block {
  let rest: Block = { ...block, matches: [] };
  const views: Stmt[] = [];
  let pending = [...block.matches];
  while (pending.length > 0) {
    const [match, ...others] = pending;
    const { before, view, map } = viewOf(match!);
    views.push(...before, decl(view));
    rest = replaceNodes(rest, map);
    pending = others.map((m) => replaceNodes(m, map));
  }
  return { ...rest, body: seq([...views, rest.body]) };
}

interface View {
  readonly before: readonly Stmt[];
  readonly view: Buffer;
  readonly map: Map<Node, Node>;
}

/** The alias for a match, and what stands for the names it binds. */
function viewOf({ source, buffer: target }: MatchBuffer): View {
  const map = new Map<Node, Node>([[target.data, source.buffer.data]]);
  const sourceStrides = stridesOf(source.buffer);
  const rank = target.shape.length;
  const skipped = source.region.length - rank;
  const position = source.region.reduce<PrimExpr>(
    (sum, range, k) => addIndex(sum, mulIndex(range.min, sourceStrides[k]!)),
    source.buffer.elemOffset ?? {
      kind: "tir.IntImm",
      value: 0,
      dtype: source.region[0]?.min.dtype ?? int32,
    },
  );
  // The block may change the memory that the position is read from.
  const bound = isSymbolic(position) ? undefined : makeVar(`${target.name}_offset`, position.dtype);
  const before = bound === undefined ? [] : [bind(bound, position)];
  const offset = bound ?? position;
  target.shape.forEach((d, k) => {
    if (d.kind === "tir.Var") map.set(d, source.region[k + skipped]!.extent);
  });
  const strides = sourceStrides.slice(skipped);
  target.strides.forEach((s, k) => {
    if (s.kind === "tir.Var") map.set(s, strides[k]!);
  });
  if (target.elemOffset?.kind === "tir.Var") map.set(target.elemOffset, offset);
  const shape = target.shape.map((d) => replaceNodes(d, map));
  const view = makeBuffer({
    ...target,
    data: source.buffer.data,
    shape,
    strides: isCompact(shape, strides) ? [] : strides,
    elemOffset: offset.kind === "tir.IntImm" && offset.value === 0 ? undefined : offset,
    align: 0,
    offsetFactor: 0,
  });
  map.set(target, view);
  return { before, view, map };
}

/** Whether the strides are those of a row-major buffer of this shape. */
function isCompact(shape: readonly PrimExpr[], strides: readonly PrimExpr[]): boolean {
  return rowMajor(shape).every((s, k) => {
    const given = strides[k]!;
    if (s.kind === "tir.IntImm" && given.kind === "tir.IntImm") return s.value === given.value;
    return structuralEqual(s, given, { mapFreeVars: false });
  });
}
