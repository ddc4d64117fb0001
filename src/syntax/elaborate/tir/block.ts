/** Blocks: signature statements, then the body. */
import type { Call, Expr, Suite } from "../../../../grammar/ast/nodes.js";
import type { BufferRegion } from "../../../ir/tir/buffer.js";
import { boolImm, makeVar, type PrimExpr, type Var } from "../../../ir/tir/expr.js";
import { block, iterVar, type Block, type IterKind, type Stmt } from "../../../ir/tir/stmt.js";
import { codes } from "../../codes.js";
import { report, spanOf, type ElabContext } from "../../context.js";
import type { Value } from "../../value.js";
import { elaborateAttrDict } from "../attributes.js";
import { plainLiteral } from "../literal.js";
import { accessRegions } from "../../../arith/index.js";
import { argumentsOf, bindArguments } from "./arguments.js";
import { stringOf } from "./buffer-args.js";
import { elaboratePrimExpr, elaborateValue } from "./reader.js";
import { elaborateDomain } from "./object-call.js";
import { describe, isPrim, toPrim, toRegion } from "./operand.js";
import { convertConstant } from "./operators.js";
import { newFrame, type BlockFrame, type TirState } from "./state.js";
import { elaborateSuite } from "./reader.js";

/** `with T.sblock("name"):` */
export function elaborateBlock(ctx: ElabContext, call: Call, suite: Suite, tir: TirState): Stmt {
  const { values } = bindArguments(ctx, "T.sblock", call, ["name?", "no_realize?", "exec_scope?"]);
  const nameAt = values.get("name");
  const name = nameAt === undefined ? "" : (stringOf(ctx, nameAt) ?? "");
  const realizeAt = values.get("no_realize");
  const noRealize = realizeAt !== undefined && plainLiteral(ctx, realizeAt) === true;
  const scopeAt = values.get("exec_scope");
  const outer = tir.block;
  const isOutermost = outer.isRoot && tir.loops.size === 0;
  const frame = newFrame(false);
  tir.block = frame;
  tir.hasBlocks = true;
  const body = elaborateSuite(ctx, suite);
  tir.block = outer;
  const execScope = scopeAt === undefined ? "" : (stringOf(ctx, scopeAt) ?? "");
  if (execScope !== "") annotate(frame).set("exec_scope", execScope);
  return blockOf(
    frame,
    name,
    body,
    noRealize,
    spanOf(ctx, call),
    isOutermost && isRootLike(frame, name),
  );
}

const annotate = (frame: BlockFrame): Map<string, import("../../../ir/core/node.js").AttrValue> => {
  frame.annotations ??= new Map();
  return frame.annotations as Map<string, import("../../../ir/core/node.js").AttrValue>;
};

/** The outermost block without variables is the root: its regions are not inferred. */
const isRootLike = (frame: BlockFrame, name: string): boolean =>
  (name === "root" || name === "") &&
  frame.iters.length === 0 &&
  frame.reads === undefined &&
  frame.writes === undefined;

/** The block that a frame describes; regions that the text leaves out are inferred from the body. */
export function blockOf(
  frame: BlockFrame,
  name: string,
  body: Stmt,
  noRealize: boolean,
  span: Block["span"],
  isRoot: boolean,
): Block {
  const made = block({
    name,
    ...(!noRealize && { values: frame.values }),
    iters: frame.iters,
    predicate: frame.predicate ?? boolImm(true, span),
    reads: frame.reads ?? [],
    writes: frame.writes ?? [],
    ...(frame.annotations !== undefined && { annotations: frame.annotations }),
    allocs: frame.allocs,
    matches: frame.matches,
    init: frame.init,
    body,
    span,
  });
  if (isRoot || (frame.reads !== undefined && frame.writes !== undefined)) return made;
  const found = accessRegions(made);
  return { ...made, reads: frame.reads ?? found.reads, writes: frame.writes ?? found.writes };
}

/** The block at hand; reports when a signature statement stands outside of one. */
function frameOf(ctx: ElabContext, call: Call, name: string): BlockFrame | undefined {
  const frame = ctx.tir?.block;
  if (frame === undefined) report(ctx, codes.outsideBlock({ at: spanOf(ctx, call), name }));
  return frame;
}

/** `T.reads(…)` and `T.writes(…)`: regions as operands, or one list of them. */
export function elaborateRegions(ctx: ElabContext, call: Call, name: "reads" | "writes"): void {
  const frame = frameOf(ctx, call, name);
  if (frame === undefined) return;
  const regions: BufferRegion[] = [];
  const add = (value: Value, at: Expr): void => {
    if (value.kind === "items") {
      for (const item of value.items) add(item, at);
      return;
    }
    const region = toRegion(value);
    if (region !== undefined) regions.push({ ...region, span: spanOf(ctx, at) });
    else if (value.kind !== "error") report(ctx, codes.regionExpected({ at: spanOf(ctx, at) }));
  };
  for (const argument of argumentsOf(ctx, call)) {
    if (argument.name !== undefined) {
      report(
        ctx,
        codes.unknownKeyword({
          at: spanOf(ctx, argument),
          callee: `T.${name}`,
          name: argument.name,
        }),
      );
    } else if (argument.value.kind === "List" || argument.value.kind === "Tuple") {
      for (const item of argument.value.items) add(elaborateValue(ctx, item), item);
    } else add(elaborateValue(ctx, argument.value), argument.value);
  }
  if (frame[name] !== undefined) report(ctx, codes.twiceInBlock({ at: spanOf(ctx, call), name }));
  frame[name] = regions;
}

/** `T.where(predicate)` */
export function elaborateWhere(ctx: ElabContext, call: Call): void {
  const frame = frameOf(ctx, call, "where");
  const { values } = bindArguments(ctx, "T.where", call, ["predicate"]);
  const at = values.get("predicate");
  const predicate = at && elaboratePrimExpr(ctx, at);
  if (frame === undefined || predicate === undefined) return;
  if (frame.isRoot) report(ctx, codes.outsideBlock({ at: spanOf(ctx, call), name: "where" }));
  else if (frame.predicate !== undefined)
    report(ctx, codes.twiceInBlock({ at: spanOf(ctx, call), name: "where" }));
  frame.predicate = predicate;
}

/** `T.sblock_attr({…})` */
export function elaborateBlockAttr(ctx: ElabContext, call: Call): void {
  const frame = frameOf(ctx, call, "sblock_attr");
  const { values } = bindArguments(ctx, "T.sblock_attr", call, ["attrs"]);
  const at = values.get("attrs");
  const attrs = at && elaborateAttrDict(ctx, at);
  if (frame === undefined || attrs === undefined) return;
  for (const [key, value] of attrs) {
    const before = annotate(frame).get(key);
    const merged =
      before instanceof Map && value instanceof Map ? new Map([...before, ...value]) : value;
    annotate(frame).set(key, merged);
  }
}

const AXES: Readonly<Record<string, IterKind>> = {
  "axis.spatial": "spatial",
  "axis.S": "spatial",
  "axis.reduce": "reduce",
  "axis.R": "reduce",
  "axis.scan": "scan",
  "axis.opaque": "opaque",
};

/** `vi = T.axis.spatial(dom, value)` */
export function elaborateAxis(
  ctx: ElabContext,
  call: Call,
  name: string,
  hint: string,
): Value | undefined {
  const frame = frameOf(ctx, call, name);
  const { values } = bindArguments(ctx, `T.${name}`, call, ["dom", "binding", "dtype?"]);
  const domAt = values.get("dom");
  const bindingAt = values.get("binding");
  if (frame === undefined || domAt === undefined || bindingAt === undefined) return undefined;
  if (frame.isRoot) {
    report(ctx, codes.outsideBlock({ at: spanOf(ctx, call), name }));
    return undefined;
  }
  const dom = elaborateDomain(ctx, domAt);
  const binding = elaboratePrimExpr(ctx, bindingAt);
  if (dom === undefined || binding === undefined) return undefined;
  const dtype =
    dom.extent.dtype.bits >= binding.dtype.bits || binding.kind === "tir.IntImm"
      ? dom.extent.dtype
      : binding.dtype;
  const v = makeVar(hint, dtype, spanOf(ctx, call));
  frame.iters.push(
    iterVar(
      v,
      AXES[name]!,
      { ...dom, min: convertConstant(dom.min, dtype), extent: convertConstant(dom.extent, dtype) },
      "",
      spanOf(ctx, call),
    ),
  );
  const isNarrow = binding.kind === "tir.IntImm" && binding.dtype.bits < dtype.bits;
  frame.values.push(isNarrow ? convertConstant(binding, dtype) : binding);
  return v;
}

/** `vi, vk = T.axis.remap("SR", [i, k])` */
export function elaborateRemap(
  ctx: ElabContext,
  call: Call,
  hints: readonly string[],
): Value | undefined {
  const frame = frameOf(ctx, call, "axis.remap");
  const { values } = bindArguments(ctx, "T.axis.remap", call, ["kinds", "bindings", "dtype?"]);
  const kindsAt = values.get("kinds");
  const bindingsAt = values.get("bindings");
  if (frame === undefined || kindsAt === undefined || bindingsAt === undefined) return undefined;
  if (frame.isRoot) {
    report(ctx, codes.outsideBlock({ at: spanOf(ctx, call), name: "axis.remap" }));
    return undefined;
  }
  const kinds = stringOf(ctx, kindsAt);
  const bindings = elaborateValue(ctx, bindingsAt);
  if (kinds === undefined) return undefined;
  const items =
    bindings.kind === "items" ? bindings.items : isPrim(bindings) ? [bindings] : undefined;
  if (items === undefined) {
    if (bindings.kind !== "error") {
      report(
        ctx,
        codes.expectedKind({
          at: spanOf(ctx, bindingsAt),
          expected: "a list of loop variables",
          found: describe(bindings),
        }),
      );
    }
    return undefined;
  }
  if (items.length !== kinds.length) {
    report(
      ctx,
      codes.targetCount({ at: spanOf(ctx, call), count: kinds.length, values: items.length }),
    );
    return undefined;
  }
  const vars: Var[] = [];
  for (let i = 0; i < items.length; i++) {
    const binding = toPrim(ctx, items[i]!, bindingsAt);
    const v =
      binding && remapOne(ctx, frame, kinds[i]!, binding, hintAt(hints, i, items.length), call);
    if (v === undefined) return undefined;
    vars.push(v);
  }
  return vars.length === 1 && hints.length === 1 && !hints[0]!.startsWith("*")
    ? vars[0]!
    : { kind: "items", items: vars, isList: false };
}

function remapOne(
  ctx: ElabContext,
  frame: BlockFrame,
  kind: string,
  binding: PrimExpr,
  hint: string,
  call: Call,
): Var | undefined {
  if (kind !== "S" && kind !== "R") {
    report(ctx, codes.axisKind({ at: spanOf(ctx, call), kind }));
    return undefined;
  }
  const dom = binding.kind === "tir.Var" ? ctx.tir?.loops.get(binding) : undefined;
  if (dom === undefined) {
    report(ctx, codes.axisBinding({ at: binding.span ?? spanOf(ctx, call), value: hint }));
    return undefined;
  }
  const v = makeVar(hint, binding.dtype, spanOf(ctx, call));
  frame.iters.push(iterVar(v, kind === "S" ? "spatial" : "reduce", dom, "", spanOf(ctx, call)));
  frame.values.push(binding);
  return v;
}

/** Name of the i-th of `count` variables: a starred target numbers those that it takes. */
function hintAt(hints: readonly string[], i: number, count: number): string {
  const star = hints.findIndex((h) => h.startsWith("*"));
  if (star < 0) return hints.length === 1 && count > 1 ? `${hints[0]!}_${i}` : (hints[i] ?? "v");
  const taken = count - hints.length + 1;
  if (i < star) return hints[i]!;
  if (i < star + taken) return `${hints[star]!.slice(1)}_${i - star}`;
  return hints[i - taken + 1]!;
}
