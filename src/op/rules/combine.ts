/** Joining, splitting and repeating. */
import { tupleInfo, type TensorInfo } from "../../ir/relax/struct-info.js";
import type { PrimExpr } from "../../ir/tir/expr.js";
import { isInt } from "../../support/int.js";
import { shapeCodes, typeCodes } from "../codes.js";
import { dimText } from "../describe.js";
import { fail } from "../fail.js";
import type { Rule, Site } from "../site.js";
import { attrOf, choiceOf, intOf, intsIn, intsOf, optionalInt, wrongAttr } from "./attribute.js";
import { axisIn } from "./axes.js";
import { calc, constOf, dim, one, product, raw, sameDim, sum, zero } from "./dims.js";
import { tensorAt, tensorsAt } from "./operand.js";
import { bare, commonDevice, commonElement, dimsOfTensor, rankOnly, tensorOf } from "./result.js";

interface Parts {
  readonly tensors: readonly TensorInfo[];
  /** -1 when no operand's rank is known. */
  readonly rank: number;
  readonly from: Pick<TensorInfo, "dtype" | "vdevice">;
}

/** The tensors of operand 0, of one rank and element type. */
function parts(site: Site): Parts {
  const tensors = tensorsAt(site, 0, true);
  if (tensors.length === 0)
    fail(
      typeCodes.empty({ op: site.op.name, operand: site.op.params[0]!.name, at: site.call.span }),
    );
  let rank = -1;
  for (const t of tensors) {
    if (rank < 0) rank = t.ndim;
    else if (t.ndim >= 0 && t.ndim !== rank) {
      fail(typeCodes.rankMismatch({ op: site.op.name, a: rank, b: t.ndim, at: site.call.span }));
    }
  }
  return {
    tensors,
    rank,
    from: { dtype: commonElement(site, tensors), vdevice: commonDevice(site, tensors) },
  };
}

/**
 * The common lengths, where `skip` may differ; undefined when one is unknown or cannot be decided.
 */
function commonDims(
  site: Site,
  tensors: readonly TensorInfo[],
  skip: number,
): readonly PrimExpr[] | undefined {
  const known = tensors.map(dimsOfTensor);
  const first = known.find((d) => d !== undefined);
  let decided = !known.includes(undefined);
  for (const dims of known) {
    dims?.forEach((d, axis) => {
      const other = first![axis]!;
      if (axis === skip || d === other) return;
      const same = sameDim(site.ctx, d, other);
      if (same === false) {
        fail(
          shapeCodes.lengthMismatch({
            op: site.op.name,
            axis,
            a: dimText(other),
            b: dimText(d),
            at: site.call.span,
          }),
        );
      }
      if (same === undefined) decided = false;
    });
  }
  return decided ? first : undefined;
}

export const concatRule: Rule = (site) => {
  const { tensors, rank, from } = parts(site);
  const given = optionalInt(site, "axis");
  if (given === undefined && rank > 1) wrongAttr(site, "axis", "an axis", null);
  if (tensors.length === 1) return bare(tensors[0]!);
  if (rank < 0) return rankOnly(given === undefined ? 1 : -1, from);
  const axis = axisIn(site, rank, given ?? 0);
  const dims = commonDims(site, tensors, axis);
  if (dims === undefined) return rankOnly(rank, from);
  return tensorOf(
    dims.with(
      axis,
      sum(
        site.ctx,
        tensors.map((t) => dimsOfTensor(t)![axis]!),
      ),
    ),
    from,
  );
};

export const stackRule: Rule = (site) => {
  const { tensors, rank, from } = parts(site);
  const given = optionalInt(site, "axis") ?? 0;
  if (rank < 0) return rankOnly(-1, from);
  const axis = axisIn(site, rank + 1, given);
  const dims = commonDims(site, tensors, -1);
  if (dims === undefined) return rankOnly(rank + 1, from);
  return tensorOf(dims.toSpliced(axis, 0, dim(tensors.length)), from);
};

export const meshgridRule: Rule = (site) => {
  const { tensors, from } = parts(site);
  const indexing = choiceOf(site, "indexing", ["ij", "xy"]);
  for (const t of tensors) {
    if (t.ndim >= 0 && t.ndim !== 1)
      fail(typeCodes.rankMismatch({ op: site.op.name, a: 1, b: t.ndim, at: site.call.span }));
  }
  const dims = tensors.map((t) => dimsOfTensor(t)?.[0]);
  const grid = dims.includes(undefined)
    ? rankOnly(dims.length, from)
    : tensorOf(
        indexing === "xy" && dims.length > 1
          ? [dims[1]!, dims[0]!, ...(dims.slice(2) as PrimExpr[])]
          : (dims as PrimExpr[]),
        from,
      );
  return tupleInfo(tensors.map(() => grid));
};

export const splitRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  const dims = dimsOfTensor(x);
  const axis = x.ndim < 0 ? -1 : axisIn(site, x.ndim, intOf(site, "axis"));
  const how = attrOf(site, "indices_or_sections");
  const list =
    Array.isArray(how) ||
    (typeof how === "object" &&
      how !== null &&
      "kind" in how &&
      (how.kind === "relax.ShapeExpr" || how.kind === "relax.Tuple"));
  const lengths = list
    ? byIndices(site, dims?.[axis], intsIn(site, "indices_or_sections", how))
    : bySections(site, dims?.[axis]);
  if (lengths.length === 1) return bare(x);
  return tupleInfo(
    lengths.map((length) =>
      dims === undefined || length === undefined
        ? rankOnly(x.ndim, x)
        : tensorOf(dims.with(axis, length), x),
    ),
  );
};

function byIndices(
  site: Site,
  length: PrimExpr | undefined,
  indices: readonly number[],
): readonly (PrimExpr | undefined)[] {
  const { ctx } = site;
  const clip = (e: PrimExpr): PrimExpr => raw("min", raw("max", e, zero), length!);
  return Array.from({ length: indices.length + 1 }, (_, i) => {
    if (length === undefined) return undefined;
    const left = i === 0 ? zero : clip(dim(indices[i - 1]!));
    const right = i === indices.length ? length : clip(dim(indices[i]!));
    return calc(ctx, "max", raw("sub", right, left), zero);
  });
}

function bySections(site: Site, length: PrimExpr | undefined): readonly (PrimExpr | undefined)[] {
  const { ctx } = site;
  const sections = intOf(site, "indices_or_sections");
  if (sections < 1 || sections > 65536)
    wrongAttr(site, "indices_or_sections", "a positive number of sections", sections);
  if (length === undefined) return Array<undefined>(sections).fill(undefined);
  const each = ctx.simplify(raw("ceildiv", length, dim(sections)));
  const last = calc(ctx, "sub", length, raw("mul", each, dim(sections - 1)));
  if ((constOf(last) ?? 0) < 0)
    wrongAttr(
      site,
      "indices_or_sections",
      `a number of sections that leaves none below 0 of ${dimText(length)}`,
      sections,
    );
  return Array.from({ length: sections }, (_, i) => (i === sections - 1 ? last : each));
}

export const repeatRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  const repeats = attrOf(site, "repeats");
  const times = isInt(repeats) ? dim(repeats) : dim(intOf(site, "repeats"));
  const given = optionalInt(site, "axis");
  const dims = dimsOfTensor(x);
  if (given === undefined)
    return dims === undefined ? rankOnly(1, x) : tensorOf([product(site.ctx, [...dims, times])], x);
  if (x.ndim < 0) return rankOnly(-1, x);
  const axis = axisIn(site, x.ndim, given);
  if (dims === undefined) return rankOnly(x.ndim, x);
  return tensorOf(dims.with(axis, calc(site.ctx, "mul", dims[axis]!, times)), x);
};

export const tileRule: Rule = (site) => {
  const x = tensorAt(site, 0);
  const repeats = intsOf(site, "repeats");
  if (x.ndim < 0) return rankOnly(-1, x);
  const rank = Math.max(x.ndim, repeats.length);
  const dims = dimsOfTensor(x);
  if (dims === undefined) return rankOnly(rank, x);
  const at = <T>(list: readonly T[], i: number, absent: T): T =>
    list[i - (rank - list.length)] ?? absent;
  return tensorOf(
    Array.from({ length: rank }, (_, i) =>
      calc(site.ctx, "mul", at(dims, i, one), dim(at(repeats, i, 1))),
    ),
    x,
  );
};
