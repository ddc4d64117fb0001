/** Calls of T whose result is given a name: buffers, allocations, block variables, threads, binds. */
import type { Call, Expr } from "../../../../grammar/ast/nodes.js";
import type { AttrValue } from "../../../ir/core/node.js";
import { makeBuffer, type Buffer } from "../../../ir/tir/buffer.js";
import { intImm, makeVar, pointerVar } from "../../../ir/tir/expr.js";
import { alloc, bind, decl, matchBuffer } from "../../../ir/tir/stmt.js";
import { float32, int32 } from "../../../support/dtype.js";
import { fromNumbers } from "../tensor.js";
import { codes } from "../../codes.js";
import { report, spanOf, type ElabContext } from "../../context.js";
import type { Value } from "../../value.js";
import { elaborateAttrDict } from "../attributes.js";
import { elaborateDType, plainLiteral } from "../literal.js";
import { bindArguments } from "./arguments.js";
import { elaborateAxis, elaborateRemap } from "./block.js";
import {
  bufferCall,
  bufferFrom,
  BUFFER_PARAMS,
  elaborateShape,
  MATCH_PARAMS,
  stringOf,
} from "./buffer-args.js";
import { elaboratePrimExpr, elaborateValue } from "./reader.js";
import { describe, toRegion } from "./operand.js";
import { castTo } from "./operators.js";
import { openScope } from "./scope-statement.js";
import type { StatementList } from "./statement-list.js";

/** Returns what the name stands for; undefined is an error that was reported. */
export type DefiningCall = (
  ctx: ElabContext,
  call: Call,
  list: StatementList,
  hints: readonly string[],
  name: string,
) => Value | undefined;

const isNone = (at: Expr | undefined): boolean =>
  at === undefined || (at.kind === "Constant" && at.value === "None");

/** `T.match_buffer(handle | region, shape, dtype, …)` */
const matchCall: DefiningCall = (ctx, call, _list, hints) => {
  const { values } = bindArguments(ctx, "T.match_buffer", call, ["param", ...MATCH_PARAMS]);
  const at = values.get("param");
  if (at === undefined) return undefined;
  const source = elaborateValue(ctx, at);
  const { tir } = ctx;
  if (source.kind === "tir.Var" && tir?.handles.has(source)) {
    const buffer = bufferFrom(ctx, values, { name: hints[0]!, at: call });
    if (buffer === undefined) return undefined;
    if (tir.handles.get(source) !== undefined) {
      report(ctx, codes.alreadyDefined({ at: spanOf(ctx, call), name: source.name }));
    }
    tir.handles.set(source, buffer);
    return buffer;
  }
  const region = toRegion(source);
  if (region === undefined) {
    if (source.kind !== "error") {
      const expected = "a handle parameter or a region";
      report(ctx, codes.expectedKind({ at: spanOf(ctx, at), expected, found: describe(source) }));
    }
    return undefined;
  }
  const shape = region.region.map((r) => r.extent);
  const withDType = values.has("dtype")
    ? values
    : new Map(values).set("dtype", dtypeNode(region.buffer.dtype.name, at));
  const buffer = bufferFrom(ctx, withDType, {
    name: hints[0]!,
    at: call,
    shape,
    scope: region.buffer.scope,
  });
  if (buffer === undefined) return undefined;
  tir?.block.matches.push(matchBuffer(buffer, region, spanOf(ctx, call)));
  return buffer;
};

const dtypeNode = (name: string, at: Expr): Expr => ({
  kind: "Str",
  value: name,
  start: at.start,
  end: at.end,
});

/** Block-owned allocation, and `T.alloc_buffer` of text before 2026. */
const blockAlloc: DefiningCall = (ctx, call, list, hints, name) => {
  if (name === "alloc_buffer" && ctx.era === "2026") return flatAlloc(ctx, call, list, hints, name);
  const buffer = bufferCall(ctx, call, `T.${name}`, BLOCK_PARAMS, { name: hints[0]!, at: call });
  if (buffer !== undefined) ctx.tir?.block.allocs.push(buffer);
  return buffer;
};
const BLOCK_PARAMS = [
  "shape?", "dtype?", "data?", "strides?", "elem_offset?", "scope?", "align?", "offset_factor?", "buffer_type?",
  "axis_separators?", "/layout?", "/byte_offset?",
]; // prettier-ignore

const SCOPES: Readonly<Record<string, string>> = {
  alloc_local: "local",
  alloc_shared: "shared",
  smem: "shared",
  tmem: "tmem",
};

/** `A = T.alloc_buffer(…)` of 2026 and its shorthands. */
const flatAlloc: DefiningCall = (ctx, call, list, hints, name) => {
  const scope = SCOPES[name];
  const params = [...BUFFER_PARAMS, "/annotations?", "/allocated_addr?"];
  const { values } = bindArguments(ctx, `T.${name}`, call, params);
  const buffer = bufferFrom(ctx, values, {
    name: hints[0]!,
    at: call,
    ...(scope !== undefined && { scope }),
  });
  if (buffer === undefined) return undefined;
  const annotations = new Map<string, AttrValue>();
  const annotationsAt = values.get("annotations");
  if (!isNone(annotationsAt))
    for (const [k, v] of elaborateAttrDict(ctx, annotationsAt!) ?? []) annotations.set(k, v);
  const addressAt = values.get("allocated_addr");
  if (!isNone(addressAt)) {
    const address = ctx.attribute(ctx, addressAt!);
    if (address !== undefined) annotations.set("allocated_addr", address);
  }
  list.push(alloc(buffer, annotations.size === 0 ? undefined : annotations, spanOf(ctx, call)));
  return buffer;
};

/** `A = T.allocate([16], "float32", "global")`: the name is the pointer. */
const allocate: DefiningCall = (ctx, call, list, hints) => {
  const params = ["extents", "dtype", "scope?", "condition?", "annotations?"];
  const { values } = bindArguments(ctx, "T.allocate", call, params);
  const shapeAt = values.get("extents");
  const dtypeAt = values.get("dtype");
  const shape = shapeAt && elaborateShape(ctx, shapeAt);
  const dtype = dtypeAt && elaborateDType(ctx, dtypeAt);
  if (shape === undefined || dtype === undefined) return undefined;
  const scopeAt = values.get("scope");
  const scope = scopeAt === undefined ? "global" : (stringOf(ctx, scopeAt) ?? "global");
  const annotations = new Map<string, AttrValue>();
  const annotationsAt = values.get("annotations");
  if (!isNone(annotationsAt))
    for (const [k, v] of elaborateAttrDict(ctx, annotationsAt!) ?? []) annotations.set(k, v);
  const condAt = values.get("condition");
  const cond = isNone(condAt) ? undefined : elaboratePrimExpr(ctx, condAt!);
  if (cond !== undefined && !(cond.kind === "tir.IntImm" && cond.value === 1))
    annotations.set("condition", cond);
  const name = hints[0]!;
  const buffer = makeBuffer({ name, dtype, shape, scope, span: spanOf(ctx, call) });
  ctx.tir?.pointers.add(buffer);
  list.push(alloc(buffer, annotations.size === 0 ? undefined : annotations, spanOf(ctx, call)));
  return buffer.data;
};

/** `T.allocate_const([…], "int32", [8])` */
const allocateConst: DefiningCall = (ctx, call, list, hints) => {
  const { values } = bindArguments(ctx, "T.allocate_const", call, [
    "data",
    "dtype",
    "extents",
    "annotations?",
  ]);
  const dataAt = values.get("data");
  const dtypeAt = values.get("dtype");
  const shapeAt = values.get("extents");
  const dtype = dtypeAt && elaborateDType(ctx, dtypeAt);
  const shape = shapeAt && elaborateShape(ctx, shapeAt);
  const literal = dataAt && plainLiteral(ctx, dataAt);
  if (dtype === undefined || shape === undefined || dataAt === undefined) return undefined;
  const dims = shape.map((d) => (d.kind === "tir.IntImm" ? Number(d.value) : -1));
  const data = literal === undefined ? undefined : fromNumbers(literal, dtype, dims);
  if (data === undefined) {
    report(ctx, codes.constantArray({ at: spanOf(ctx, dataAt) }));
    return undefined;
  }
  const buffer = makeBuffer({ name: hints[0]!, dtype, shape, span: spanOf(ctx, call) });
  list.push({ kind: "tir.AllocConst", buffer, data, span: spanOf(ctx, call) });
  return buffer.data;
};

/** `T.decl_buffer(…, data=p)`: a view; without `data` an allocation. Old spellings never allocate. */
const declare: DefiningCall = (ctx, call, list, hints, name) => {
  const { values } = bindArguments(ctx, `T.${name}`, call, [...BUFFER_PARAMS, "/allocated_addr?"]);
  const buffer = bufferFrom(ctx, values, { name: hints[0]!, at: call, list });
  if (buffer === undefined) return undefined;
  if (name === "decl_buffer" && isNone(values.get("data"))) {
    const buffers = makeAddressed(ctx, values);
    list.push(alloc(buffer, buffers, spanOf(ctx, call)));
    return buffer;
  }
  const before = list.last();
  if (
    before?.kind === "tir.Alloc" &&
    ctx.tir?.pointers.has(before.buffer) &&
    completes(before.buffer, buffer)
  )
    list.replaceLast({ ...before, buffer });
  else list.push(decl(buffer, spanOf(ctx, call)));
  return buffer;
};

function makeAddressed(
  ctx: ElabContext,
  values: ReadonlyMap<string, Expr>,
): ReadonlyMap<string, AttrValue> | undefined {
  const at = values.get("allocated_addr");
  const address = isNone(at) ? undefined : ctx.attribute(ctx, at!);
  return address === undefined ? undefined : new Map([["allocated_addr", address]]);
}

/** Whether a view gives the allocation before it the shape that it was made for. */
function completes(allocated: Buffer, view: Buffer): boolean {
  if (view.data !== allocated.data || allocated.scalar || view.scope !== allocated.scope)
    return false;
  if (view.dtype !== allocated.dtype || view.elemOffset !== undefined || view.strides.length > 0)
    return false;
  const a = sizeOf(allocated);
  const b = sizeOf(view);
  return a !== undefined && a === b;
}

function sizeOf(buffer: Buffer): number | undefined {
  let size = 1;
  for (const d of buffer.shape) {
    if (d.kind !== "tir.IntImm" || typeof d.value !== "number") return undefined;
    size *= d.value;
  }
  return size;
}

/** `tx = T.env_thread("threadIdx.x")` */
const envThread: DefiningCall = (ctx, call, _list, hints) => {
  const { values } = bindArguments(ctx, "T.env_thread", call, ["thread_tag", "dtype?"]);
  const at = values.get("thread_tag");
  const tag = at && stringOf(ctx, at);
  const dtypeAt = values.get("dtype");
  const dtype = dtypeAt === undefined ? int32 : (elaborateDType(ctx, dtypeAt) ?? int32);
  if (tag === undefined) return undefined;
  const v = makeVar(hints[0]!, dtype, spanOf(ctx, call));
  ctx.tir?.threads.set(v, tag);
  return v;
};

const scoped: DefiningCall = (ctx, call, list, hints, name) => {
  const scope = openScope(ctx, call, name, hints[0]);
  if (scope === undefined) return undefined;
  list.open(scope.wrap);
  return scope.value;
};

/** `x = T.bind(e)` */
const bindCall: DefiningCall = (ctx, call, list, hints) => {
  const { values } = bindArguments(ctx, "T.bind", call, [
    "value",
    "dtype?",
    "/var?",
    "/type_annotation?",
  ]);
  const at = values.get("value");
  const value = at && elaboratePrimExpr(ctx, at);
  if (value === undefined) return undefined;
  const varAt = values.get("var");
  if (!isNone(varAt)) {
    const given = elaborateValue(ctx, varAt!);
    if (given.kind !== "tir.Var") {
      report(
        ctx,
        codes.expectedKind({
          at: spanOf(ctx, varAt!),
          expected: "a variable",
          found: describe(given),
        }),
      );
      return undefined;
    }
    list.push(bind(given, castTo(value, given.dtype), spanOf(ctx, call)));
    return given;
  }
  const dtypeAt = values.get("dtype") ?? values.get("type_annotation");
  const dtype = isNone(dtypeAt) ? value.dtype : (elaborateDType(ctx, dtypeAt!) ?? value.dtype);
  const pointer = value.kind === "tir.Var" ? value.pointer : undefined;
  const at2 = spanOf(ctx, call);
  const v =
    pointer === undefined
      ? makeVar(hints[0]!, dtype, at2)
      : pointerVar(hints[0]!, pointer.element, pointer.scope, at2);
  list.push(bind(v, castTo(value, dtype), at2));
  return v;
};

/** Mutable scalars of 2026 as calls. */
const scalarCall: DefiningCall = (ctx, call, list, hints, name) => {
  const params =
    name === "alloc_scalar" ? ["dtype?", "scope?", "init?", "name?"] : ["dtype?", "init?", "name?"];
  const { values } = bindArguments(ctx, `T.${name}`, call, params);
  const dtypeAt = values.get("dtype");
  const dtype = dtypeAt === undefined ? float32 : elaborateDType(ctx, dtypeAt);
  const scopeAt = values.get("scope");
  const given = scopeAt === undefined ? undefined : stringOf(ctx, scopeAt);
  const scope = name === "shared_scalar" ? "shared" : (given ?? "local");
  for (const extra of ["init", "name"]) {
    const at = values.get(extra);
    if (!isNone(at))
      report(ctx, codes.unknownKeyword({ at: spanOf(ctx, at!), callee: `T.${name}`, name: extra }));
  }
  if (dtype === undefined) return undefined;
  const at = spanOf(ctx, call);
  const buffer = makeBuffer({
    name: hints[0]!,
    dtype,
    shape: [intImm(1, int32, at)],
    scope,
    scalar: true,
    span: at,
  });
  list.push(alloc(buffer, undefined, at));
  return buffer;
};

/** `T.decl_scalar(dtype, data, scope, elem_offset)`: a scalar in memory that exists. */
const declScalar: DefiningCall = (ctx, call, list, hints) => {
  const params = ["dtype", "data", "scope?", "elem_offset?", "byte_offset?"];
  const { values } = bindArguments(ctx, "T.decl_scalar", call, params);
  const shape = [intImm(1, int32, spanOf(ctx, call))];
  const buffer = bufferFrom(ctx, values, { name: hints[0]!, at: call, shape, scalar: true });
  if (buffer !== undefined) list.push(decl(buffer, spanOf(ctx, call)));
  return buffer;
};

const axis: DefiningCall = (ctx, call, _list, hints, name) =>
  elaborateAxis(ctx, call, name, hints[0]!);

export const definingCalls: ReadonlyMap<string, DefiningCall> = new Map<string, DefiningCall>([
  ["match_buffer", matchCall],
  ["alloc_buffer", blockAlloc],
  ["sblock_alloc_buffer", blockAlloc],
  ["alloc_local", flatAlloc],
  ["alloc_shared", flatAlloc],
  ["smem", flatAlloc],
  ["tmem", flatAlloc],
  ["allocate", allocate],
  ["allocate_const", allocateConst],
  ["decl_buffer", declare],
  ["buffer_decl", declare],
  ["buffer", declare],
  ["Buffer", declare],
  ["env_thread", envThread],
  ["launch_thread", scoped],
  ["LetStmt", scoped],
  ["bind", bindCall],
  ["Bind", bindCall],
  ["alloc_scalar", scalarCall],
  ["local_scalar", scalarCall],
  ["shared_scalar", scalarCall],
  ["decl_scalar", declScalar],
  ["axis.spatial", axis],
  ["axis.S", axis],
  ["axis.reduce", axis],
  ["axis.R", axis],
  ["axis.scan", axis],
  ["axis.opaque", axis],
  ["axis.remap", (ctx, call, _list, hints) => elaborateRemap(ctx, call, hints)],
]);
