import { exprText, type Analyzer } from "../../arith/index.js";
import { range } from "../../ir/tir/buffer.js";
import { binary, call, compare, intImm, makeVar, type PrimExpr } from "../../ir/tir/expr.js";
import { forLoop, type For, type Stmt } from "../../ir/tir/stmt.js";
import { bool } from "../../support/dtype.js";
import { addIndex, castIndex, mulIndex } from "../../transform/tir/strides.js";
import { loopCodes } from "../loop-codes.js";
import { bound, guarded, isConstant, listText, outgrows, requirePlain } from "../loops.js";
import { p } from "../params.js";
import { definePrimitive, giving, refuse } from "../primitive.js";
import { loopRef } from "../reference.js";
import { replaceAt } from "../site.js";
import { analyzerAt, funcOf, withFunc } from "../state.js";

/**
 * Precondition: a plain serial loop; the factors reach all its iterations. Result: a nest whose extents are the
 * factors; where more iterations run than before, the blocks inside have the condition that theirs is one of them.
 * Sound because the same iterations run in the same order.
 */
export const split = definePrimitive({
  name: "split",
  summary: "Replaces a loop by a nest whose extents are the factors.",
  params: {
    loop: p.loop("The loop."),
    factors: p.factors("Extents, outermost first; one may be `None` and is inferred."),
    preserve_unit_iters: p.bool({ help: "Keep loops that run once in bindings.", default: true }),
    disable_predication: p.bool({
      help: "Unsafe: leave out the condition that keeps surplus iterations from running.",
      default: false,
    }),
    tail: p.choice(["predicate", "specialise"], {
      help: "`specialise`: tiles that are whole get code of their own, without the condition.",
      default: "predicate",
    }),
  },
  outputs: "list",
  run(state, { loop, factors, preserve_unit_iters, disable_predication, tail }) {
    requirePlain("split", loop);
    const { node } = loop;
    const analyzer = analyzerAt(state, loop);
    const extents = solveFactors(analyzer, node, factors);
    const names = uniqueParts(node, extents.length);
    const vars = extents.map((_, k) => makeVar(names[k]!, node.var.dtype, node.var.span));
    const position = vars.reduce<PrimExpr | undefined>((sum, v, k) => {
      const part = preserve_unit_iters || !isConstant(extents[k]!, 1) ? v : intImm(0, v.dtype);
      return sum === undefined ? part : addIndex(mulIndex(sum, extents[k]!), part);
    }, undefined)!;
    const value = analyzer.simplify(addIndex(node.min, position));
    vars.forEach((v, k) => analyzer.bind(v, range(intImm(0, v.dtype), extents[k]!)));
    const inside = compare("lt", value, addIndex(node.min, node.extent));
    const isExact = analyzer.prove(inside) === true;
    const after = bound(node.body, new Map([[node.var, value]]), analyzer);
    const cond = tail === "specialise" ? call("likely", [inside], bool) : inside;
    const body = isExact || disable_predication ? after : guarded(after, cond);
    const nest = vars.reduceRight<Stmt>(
      (inner, v, k) =>
        forLoop({ var: v, min: intImm(0, v.dtype), extent: extents[k]!, body: inner, span: node.span }), // prettier-ignore
      body,
    );
    const func = replaceAt(funcOf(state), loop, nest);
    return giving(withFunc(state, func), ...vars.map((v) => loopRef({ ...node, var: v })));
  },
});

/** `i_0`, `i_1` … */
const uniqueParts = ({ var: v }: For, count: number): readonly string[] =>
  Array.from({ length: count }, (_, k) => `${v.name}_${k}`);

/** The factors as extents; refuses when they do not reach all iterations. */
function solveFactors(
  analyzer: Analyzer,
  loop: For,
  given: readonly (PrimExpr | null)[],
): readonly PrimExpr[] {
  const { dtype } = loop.var;
  const open = given.filter((f) => f === null).length;
  if (given.length === 0 || open > 1)
    refuse(loopCodes.twoInferred({ count: open, factors: listText(given), at: loop.span }));
  const factors = given.map((f) => f && analyzer.simplify(castIndex(f, dtype)));
  const one = intImm(1, dtype);
  for (const f of factors)
    if (f !== null && analyzer.prove(compare("ge", f, one)) !== true)
      refuse(loopCodes.badFactor({ primitive: "split", factor: exprText(f), at: loop.span }));
  const product = factors.reduce<PrimExpr>((all, f) => (f === null ? all : mulIndex(all, f)), one);
  const covered = analyzer.simplify(product);
  if (outgrows(covered))
    refuse(loopCodes.uncountable({ what: `the factors ${listText(given)} cover ${exprText(covered)} iterations of \`${loop.var.name}\``, dtype: dtype.name, at: loop.span })); // prettier-ignore
  if (open === 1) {
    const inferred = analyzer.simplify(ceilDiv(loop.extent, product));
    return factors.map((f) => f ?? inferred);
  }
  if (analyzer.prove(compare("ge", covered, loop.extent)) !== true)
    refuse(
      loopCodes.splitTooSmall({
        factors: listText(given),
        covered: exprText(covered),
        loop: loop.var.name,
        extent: exprText(loop.extent),
        at: loop.span,
      }),
    );
  return factors as PrimExpr[];
}

/** The number of parts of `size` that hold `extent` iterations. */
function ceilDiv(extent: PrimExpr, size: PrimExpr): PrimExpr {
  if (isConstant(size, 1)) return extent;
  const last = binary("sub", size, intImm(1, size.dtype));
  return binary("floordiv", addIndex(extent, last), size);
}
