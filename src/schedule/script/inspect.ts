/** Functions of `S` that schedules ask about blocks and loops. */
import type { AstBase } from "../../../grammar/ast/nodes.js";
import { boundsOf } from "../../analysis/index.js";
import type { Block, For } from "../../ir/tir/stmt.js";
import { binaryOperator, comparison, truth } from "../../template/operators.js";
import { codes as templateCodes } from "../../template/codes.js";
import { fail, placeOf, type State } from "../../template/state.js";
import { toStaticInt } from "../../template/statics.js";
import { boolValue, dimValue, dtypeValue, intValue, pack, valueText, type Value } from "../../template/values.js"; // prettier-ignore
import { missingBlock } from "../params.js";
import { buffersOf } from "../pick-buffer.js";
import { isBlockRef, isLoopRef, loopRef } from "../reference.js";
import { findBlock, findLoop } from "../site.js";
import { notAffine, notReduction, incomplete, childrenOf, scopeAround } from "../facts.js";
import { isContiguous, isFlat, isRowWise } from "./function-facts.js";
import { contractionOf, isContraction, isSumOfProducts, type Contraction } from "./contraction.js";
import { fromScheduleValue, indexMapFrom, referenceOf } from "./objects.js";
import { currentFunc, type Session } from "./session.js";

/** A question of schedules, for the reference. */
export interface Inspection {
  readonly name: string;
  readonly params: string;
  readonly min: number;
  readonly max: number;
  readonly summary: string;
  run(session: Session, s: State, args: readonly Value[], at: AstBase): Value;
}

const wrong = (s: State, at: AstBase, what: string): never =>
  fail(templateCodes.invalidArgument({ ...placeOf(s, at), what }));

function siteOf(session: Session, s: State, v: Value, at: AstBase) {
  const ref = referenceOf(v);
  const name = v.kind === "str" ? v.value : ref && isBlockRef(ref) ? ref.name : undefined;
  if (name === undefined) return wrong(s, at, `${valueText(v)} is no block`);
  return findBlock(currentFunc(session), name) ?? fail(missingBlock(session.schedule.state, name));
}

const blockOf = (session: Session, s: State, v: Value, at: AstBase): Block =>
  siteOf(session, s, v, at).node;

function loopOf(session: Session, s: State, v: Value, at: AstBase): For {
  const ref = referenceOf(v);
  if (ref === undefined || !isLoopRef(ref)) return wrong(s, at, `${valueText(v)} is no loop`);
  const found = findLoop(currentFunc(session), ref.var);
  const primitive = session.schedule.state.removed.get(ref.var) ?? "an earlier step";
  const what = `the loop \`${ref.var.name}\` is no longer there: \`${primitive}\` took it away`;
  return found?.node ?? wrong(s, at, what);
}

const sumOf = (session: Session, s: State, v: Value, at: AstBase): Contraction =>
  contractionOf(blockOf(session, s, v, at)) ?? wrong(s, at, `${valueText(v)} is no sum of products`); // prettier-ignore

const isSpatial = ({ iters, init }: Block): boolean =>
  init === undefined && iters.every(({ iterKind }) => iterKind === "spatial");

/** In the order of the reference. */
export const inspections: readonly Inspection[] = [
  {
    name: "is_injective",
    params: "b",
    min: 1,
    max: 1,
    summary: "Whether each element that the block writes is computed alone, from all axes.",
    run: (session, s, [b], at) => boolValue(isSpatial(blockOf(session, s, b!, at))),
  },
  {
    name: "is_reduction",
    params: "b",
    min: 1,
    max: 1,
    summary: "Whether the block is a reduction with an initial value.",
    run(session, s, [b], at) {
      const site = siteOf(session, s, b!, at);
      const { state } = session.schedule;
      return boolValue(
        notReduction(state, childrenOf(scopeAround(state, site)), site) === undefined,
      );
    },
  },
  {
    name: "is_complete",
    params: "b",
    min: 1,
    max: 1,
    summary: "Whether the block is spatial and the only writer of what it writes.",
    run(session, s, [b], at) {
      const site = siteOf(session, s, b!, at);
      const all = childrenOf(scopeAround(session.schedule.state, site));
      return boolValue(incomplete(all, site) === undefined);
    },
  },
  {
    name: "is_affine",
    params: "b",
    min: 1,
    max: 1,
    summary: "Whether the axes of the block are affine in the loops around it.",
    run: (session, s, [b], at) =>
      boolValue(notAffine(session.schedule.state, siteOf(session, s, b!, at)) === undefined),
  },
  {
    name: "extent",
    params: "l",
    min: 1,
    max: 1,
    summary: "Number of runs of a loop.",
    run: (session, s, [l], at) => dimValue(loopOf(session, s, l!, at).extent),
  },
  {
    name: "axes",
    params: "b",
    min: 1,
    max: 1,
    summary: "Kinds of the axes of a block: `S` for spatial ones, `R` for reduced ones.",
    run: (session, s, [b], at) => ({
      kind: "str",
      value: blockOf(session, s, b!, at)
        .iters.map(({ iterKind }) => (iterKind === "reduce" ? "R" : "S"))
        .join(""),
    }),
  },
  {
    name: "is_row_wise",
    params: "",
    min: 0,
    max: 0,
    summary:
      "Whether all reductions of the function are by one operator and run over long rows of what they read.",
    run: (session) => boolValue(isRowWise(currentFunc(session))),
  },
  {
    name: "is_contraction",
    params: "",
    min: 0,
    max: 0,
    summary:
      "Whether the function is one sum of products of two operands, such as a matrix product, with what is computed element by element around it.",
    run: (session) => boolValue(isContraction(currentFunc(session))),
  },
  {
    name: "is_sum_of_products",
    params: "",
    min: 0,
    max: 0,
    summary:
      "Whether the function is one sum of products of two operands in any places, such as a convolution, with what is computed element by element around it.",
    run: (session) => boolValue(isSumOfProducts(currentFunc(session))),
  },
  {
    name: "guards",
    params: "",
    min: 0,
    max: 0,
    summary:
      "What sizes must be so that all accesses of the function are in bounds, as conditions.",
    run: (session) => pack(boundsOf(currentFunc(session)).guards.map(({ cond }) => dimValue(cond))),
  },
  {
    name: "contraction",
    params: "b",
    min: 1,
    max: 1,
    summary:
      "Numbers of the axes of a sum of products: those of both operands and the result, of the left one, of the right one, and those summed over. The right operand holds the last axis of the result.",
    run(session, s, [b], at) {
      const { batch, rows, columns, reduced } = sumOf(session, s, b!, at);
      return pack([batch, rows, columns, reduced].map((axes) => pack(axes.map(intValue))));
    },
  },
  {
    name: "operands",
    params: "b",
    min: 1,
    max: 1,
    summary: "Numbers of the left and the right operand of a sum of products among the block's reads.", // prettier-ignore
    run(session, s, [b], at) {
      const { left, right } = sumOf(session, s, b!, at);
      const all = buffersOf(blockOf(session, s, b!, at), "read");
      return pack([left, right].map(({ buffer }) => intValue(all.indexOf(buffer))));
    },
  },
  {
    name: "loop",
    params: "b, i",
    min: 2,
    max: 2,
    summary: "The loop that axis number `i` of the block runs over.",
    run(session, s, [b, i], at) {
      const { iters, values } = blockOf(session, s, b!, at);
      const value = values?.[toStaticInt(s, i!, at, "the number of an axis")];
      const found = value?.kind === "tir.Var" && findLoop(currentFunc(session), value);
      if (found === undefined || found === false)
        return wrong(s, at, `${valueText(i!)} is no axis of ${iters.length} that is a bare loop`);
      return fromScheduleValue(loopRef(found.node));
    },
  },
  {
    name: "index_map",
    params: "n, f",
    min: 2,
    max: 2,
    summary: "A function on `n` indices that takes them together: `S.index_map(3, lambda *v: …)`.",
    run(_, s, [n, f], at) {
      const count = toStaticInt(s, n!, at, "the number of indices");
      return { kind: "index map", map: indexMapFrom(s, f!, count, at) };
    },
  },
  {
    name: "is_flat",
    params: "b",
    min: 1,
    max: 1,
    summary:
      "Whether the block computes each element from those at the same place, so that its loops may be fused.",
    run: (session, s, [b], at) =>
      boolValue(isFlat(currentFunc(session), blockOf(session, s, b!, at).name)),
  },
  {
    name: "is_contiguous",
    params: "b",
    min: 1,
    max: 1,
    summary: "Whether each access of the block moves by at most one element along its last axis.",
    run: (session, s, [b], at) =>
      boolValue(isContiguous(currentFunc(session), blockOf(session, s, b!, at).name)),
  },
  {
    name: "rank",
    params: "b",
    min: 1,
    max: 1,
    summary: "How many spatial axes the block has.",
    run: (session, s, [b], at) =>
      intValue(
        blockOf(session, s, b!, at).iters.filter(({ iterKind }) => iterKind !== "reduce").length,
      ),
  },
  {
    name: "reads",
    params: "b",
    min: 1,
    max: 1,
    summary: "How many buffers the block reads.",
    run: (session, s, [b], at) => intValue(blockOf(session, s, b!, at).reads.length),
  },
  {
    name: "dtype",
    params: "b, i",
    min: 1,
    max: 2,
    summary: "Element type of what the block writes, or of its read number `i`.",
    run(session, s, [b, i], at) {
      const block = blockOf(session, s, b!, at);
      const region =
        i === undefined ? block.writes[0] : block.reads[toStaticInt(s, i, at, "the number of a read")]; // prettier-ignore
      return region === undefined
        ? wrong(s, at, `block \`${block.name}\` has no such access`)
        : dtypeValue(region.buffer.dtype);
    },
  },
  {
    name: "divides",
    params: "f, e",
    min: 2,
    max: 2,
    summary: "Whether `f` is proved to divide `e`.",
    run(_, s, [f, e], at) {
      const isWhole = comparison(s, at, "==", binaryOperator(s, at, "%", e!, f!), intValue(0));
      const known = truth(isWhole);
      if (known !== undefined) return boolValue(known);
      return boolValue(isWhole.kind === "expr" && s.analyzer.prove(isWhole.expr) === true);
    },
  },
];
