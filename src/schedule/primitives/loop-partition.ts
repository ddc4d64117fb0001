import { exprText, type Analyzer } from "../../arith/index.js";
import { varsOf } from "../../ir/core/free-vars.js";
import { rebuild } from "../../ir/core/rewrite.js";
import type { Node } from "../../ir/nodes.js";
import { range } from "../../ir/tir/buffer.js";
import { binary, compare, intImm, makeVar, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import { seq, type For, type Stmt } from "../../ir/tir/stmt.js";
import { addIndex, castIndex, subIndex } from "../../transform/tir/strides.js";
import { copyOf } from "../copy.js";
import { loopCodes } from "../loop-codes.js";
import { bound, isConstant, listText, requirePlain } from "../loops.js";
import { p } from "../params.js";
import { definePrimitive, giving, refuse } from "../primitive.js";
import { loopRef } from "../reference.js";
import { replaceAt } from "../site.js";
import { analyzerAt, funcOf, withFunc } from "../state.js";

/**
 * Precondition: a plain serial loop. Result: loops one after the other over consecutive parts of its range, the last
 * one over what the given parts leave; with `clip`, parts that may reach beyond the range end there. The blocks of
 * later parts have names of their own. Sound because the same iterations run in the same order.
 */
export const loopPartition = definePrimitive({
  name: "loop_partition",
  summary: "Replaces a loop by loops over consecutive parts of its range.",
  params: {
    loop: p.loop("The loop."),
    factors: p.factors(
      "Lengths of the parts; one may be `None` and is what the others leave. Without any, the rest is one more part.",
    ),
    preserve_unit_iters: p.bool({ help: "Keep loops that run once in bindings.", default: true }),
    clip: p.bool({
      help: "Let parts end where the range does; otherwise they have to be proved to fit.",
      default: false,
    }),
  },
  outputs: "list",
  run(state, { loop, factors, preserve_unit_iters, clip }) {
    requirePlain("loop_partition", loop);
    const { node } = loop;
    const analyzer = analyzerAt(state, loop);
    const lengths = solveParts(analyzer, node, factors, clip);
    const loops: For[] = [];
    let func = funcOf(state);
    let start = node.min;
    for (const [k, extent] of lengths.entries()) {
      const v = makeVar(`${node.var.name}_${k}`, node.var.dtype, node.var.span);
      const isUnit = isConstant(extent, 1) && !preserve_unit_iters;
      const zero = intImm(0, v.dtype);
      const value = analyzer.simplify(addIndex(start, isUnit ? zero : v));
      const body = analyzer.scope(() => {
        analyzer.bind(v, range(zero, extent));
        return bound(node.body, new Map<Var, PrimExpr>([[node.var, value]]), analyzer);
      });
      const part = { ...node, var: v, min: zero, extent, body: withoutInits(analyzer, v, extent, body) }; // prettier-ignore
      loops.push(k === 0 ? part : copyOf(func, part));
      // Names of this copy are taken for the next one.
      func = replaceAt(funcOf(state), loop, seq(loops));
      start = analyzer.simplify(addIndex(start, extent));
    }
    return giving(withFunc(state, func), ...loops.map(loopRef));
  },
});

/** Parts that start behind the first value of a reduced axis do not initialise it. */
function withoutInits(analyzer: Analyzer, v: Var, extent: PrimExpr, body: Stmt): Stmt {
  const walk = (node: Node): Node => {
    if (node.kind === "tir.Var" || node.kind === "tir.Buffer") return node;
    const b = rebuild(node, walk);
    if (b.kind !== "tir.Block" || b.init === undefined) return b;
    const isLater = b.iters.some((axis, k) => {
      const value = b.values?.[k];
      if (axis.iterKind !== "reduce" || value === undefined || !varsOf(value).includes(v))
        return false;
      const first = axis.dom?.min ?? intImm(0, value.dtype);
      return analyzer.scope(() => {
        analyzer.assume(compare("ge", extent, intImm(1, extent.dtype)));
        analyzer.bind(v, range(intImm(0, v.dtype), extent));
        return analyzer.prove(compare("gt", value, first)) === true;
      });
    });
    // What is summed so far is an input then.
    return isLater ? { ...b, init: undefined, reads: [...b.writes, ...b.reads] } : b;
  };
  return walk(body) as Stmt;
}

/** Lengths of all parts, the rest included. */
function solveParts(
  analyzer: Analyzer,
  loop: For,
  given: readonly (PrimExpr | null)[],
  clip: boolean,
): readonly PrimExpr[] {
  const { dtype } = loop.var;
  const open = given.filter((f) => f === null).length;
  if (given.length === 0 || open > 1)
    refuse(loopCodes.twoInferred({ count: open, factors: listText(given), at: loop.span }));
  const zero = intImm(0, dtype);
  const parts = given.map((f) => f && analyzer.simplify(castIndex(f, dtype)));
  for (const f of parts)
    if (f !== null && analyzer.prove(compare("ge", f, zero)) !== true)
      refuse(loopCodes.badFactor({ primitive: "loop_partition", factor: exprText(f), at: loop.span })); // prettier-ignore
  const sum = parts.reduce<PrimExpr>((all, f) => (f === null ? all : addIndex(all, f)), zero);
  const rest = analyzer.simplify(subIndex(loop.extent, sum));
  const isFit = analyzer.prove(compare("ge", rest, zero)) === true;
  if (isFit) return open === 1 ? parts.map((f) => f ?? rest) : isConstant(rest, 0) ? (parts as PrimExpr[]) : [...(parts as PrimExpr[]), rest]; // prettier-ignore
  if (!clip || open === 1)
    refuse(
      loopCodes.partitionTooLong({
        factors: listText(given),
        extent: exprText(loop.extent),
        loop: loop.var.name,
        at: loop.span,
      }),
    );
  const lengths: PrimExpr[] = [];
  let left = loop.extent;
  for (const f of parts as PrimExpr[]) {
    lengths.push(analyzer.simplify(binary("min", f, left)));
    left = analyzer.simplify(binary("max", subIndex(left, f), zero));
  }
  return [...lengths, left];
}
