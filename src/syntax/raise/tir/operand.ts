/** Nodes that stand as operands or attribute values: types, buffers, regions, ranges, maps, reducers. */
import type * as A from "../../../../grammar/ast/nodes.js";
import type { Attrs, AttrValue } from "../../../ir/core/node.js";
import type { Node } from "../../../ir/nodes.js";
import type { DeviceMesh, VDevice } from "../../../ir/relax/struct-info.js";
import type { BufferRegion, Range } from "../../../ir/tir/buffer.js";
import type { CallArg, PrimExpr } from "../../../ir/tir/expr.js";
import type { CommReducer, IndexMap } from "../../../ir/tir/function.js";
import type { IterKind, IterVar } from "../../../ir/tir/stmt.js";
import { int64 } from "../../../support/dtype.js";
import { sumOf } from "../../../arith/index.js";
import { raiseAttrValue } from "../attributes.js";
import {
  callExpr,
  intExpr,
  lambdaExpr,
  listExpr,
  none,
  path,
  slice,
  strExpr,
  subscript,
  tupleExpr,
} from "../build.js";
import type { RaiseContext } from "../context.js";
import { moduleMember } from "./member.js";
import { bufferName, raisePrimExpr, typedConstant } from "./expression.js";

/** An operand of a call. */
export function raiseArg(ctx: RaiseContext, arg: CallArg): A.Expr {
  switch (arg.kind) {
    case "tir.Buffer":
      return bufferName(ctx, arg);
    case "tir.BufferRegion":
      return raiseRegion(ctx, arg, true);
    case "tir.AttrArg":
      return isSliceArg(arg.value) ? opaqueSlice(ctx, arg.value) : raiseAttrValue(ctx, arg.value);
    case "tir.DTypeImm":
      return path(ctx.T, arg.value.name);
    default:
      return raisePrimExpr(ctx, arg);
  }
}

const isSliceArg = (value: AttrValue): value is Attrs =>
  value instanceof Map && value.size === 1 && value.has("slice");

function opaqueSlice(ctx: RaiseContext, value: Attrs): A.Expr {
  const bounds = value.get("slice") as readonly AttrValue[];
  const [lower, upper, step] = bounds.map((b) => (b === null ? undefined : raiseAttrValue(ctx, b)));
  return slice(lower, upper, step);
}

/** `A[i, 0:4]`; extent 1 prints as a point. A region of points only would read as an element, unless `exact`. */
export function raiseRegion(ctx: RaiseContext, region: BufferRegion, exact = false): A.Expr {
  const items = region.region.map((r) => rangeItem(ctx, r));
  const isRegion = items.length === 0 || items.some((i) => i.kind === "Slice");
  return isRegion || !exact
    ? subscript(bufferName(ctx, region.buffer), items)
    : subscript(
        bufferName(ctx, region.buffer),
        region.region.map((r) => sliceOf(ctx, r)),
      );
}

const isOne = (e: PrimExpr): boolean => e.kind === "tir.IntImm" && e.value === 1;

const rangeItem = (ctx: RaiseContext, r: Range): A.Expr =>
  isOne(r.extent) ? raisePrimExpr(ctx, r.min) : sliceOf(ctx, r);

const sliceOf = (ctx: RaiseContext, r: Range): A.Expr =>
  slice(raisePrimExpr(ctx, r.min), raisePrimExpr(ctx, sumOf(r.min, r.extent)));

/** `T.Range(a, b)` */
export const raiseRange = (ctx: RaiseContext, r: Range): A.Expr =>
  callExpr(path(ctx.T, "Range"), [
    raisePrimExpr(ctx, r.min),
    raisePrimExpr(ctx, sumOf(r.min, r.extent)),
  ]);

/** Any node outside its usual place. Constants keep their type when `typed`. */
export function raiseNode(ctx: RaiseContext, node: Node, typed = false): A.Expr {
  switch (node.kind) {
    case "tir.IntImm":
    case "tir.FloatImm":
      return typed ? typedConstant(ctx, node) : raisePrimExpr(ctx, node);
    case "tir.Buffer":
    case "tir.BufferRegion":
    case "tir.AttrArg":
    case "tir.DTypeImm":
      return raiseArg(ctx, node);
    case "ir.Range":
      return raiseRange(ctx, node);
    case "tir.IterVar":
      return raiseIterVar(ctx, node);
    case "tir.IndexMap":
      return raiseIndexMap(ctx, node);
    case "tir.CommReducer":
      return raiseReducer(ctx, node);
    case "ir.GlobalVar":
      return moduleMember(ctx, node.name);
    case "ir.VDevice":
      return raiseDevice(ctx, node);
    case "ir.DeviceMesh":
      return raiseMesh(ctx, node);
    case "ir.DummyGlobalInfo":
      return callExpr(path(ctx.I, "dummy_global_info"), []);
    default:
      if (isPrimNode(node)) return raisePrimExpr(ctx, node);
      return callExpr(path(ctx.T, "Call"), [strExpr("void"), strExpr(node.kind), listExpr([])]);
  }
}

const isPrimNode = (node: Node): node is PrimExpr =>
  node.kind.startsWith("tir.") && "dtype" in node;

const KINDS: Readonly<Record<IterKind, string>> = {
  spatial: "DataPar", reduce: "CommReduce", scan: "Ordered", opaque: "Opaque", thread: "ThreadIndex",
  unrolled: "Unrolled", vectorized: "Vectorized", parallel: "Parallelized", tensorized: "Tensorized",
}; // prettier-ignore

/** `T.iter_var(v, (0, n), "ThreadIndex", "threadIdx.x")` */
export function raiseIterVar(ctx: RaiseContext, iter: IterVar): A.Expr {
  const dom = iter.dom === undefined ? none : raiseRange(ctx, iter.dom);
  return callExpr(path(ctx.T, "iter_var"), [
    raisePrimExpr(ctx, iter.var),
    dom,
    strExpr(KINDS[iter.iterKind]),
    strExpr(iter.tag),
  ]);
}

/** `T.index_map(lambda i, j: (j, i))` */
export function raiseIndexMap(ctx: RaiseContext, map: IndexMap): A.Expr {
  const dtype = map.params[0]?.dtype ?? int64;
  const inner: RaiseContext = { ...ctx, options: { ...ctx.options, intDtype: dtype } };
  ctx.names.push();
  const params = map.params.map((p) => ctx.names.give(p, p.name));
  const items: A.Expr[] = [];
  map.results.forEach((r, i) => {
    for (const s of map.separators) if (s === i) items.push(strExpr("axis_separator"));
    items.push(raisePrimExpr(inner, r));
  });
  for (const s of map.separators)
    if (s >= map.results.length) items.push(strExpr("axis_separator"));
  const lambda = lambdaExpr(params, tupleExpr(items));
  ctx.names.pop();
  const keywords: (readonly [string, A.Expr])[] = [];
  if (map.inverse !== undefined)
    keywords.push(["inverse_index_map", raiseIndexMap(ctx, map.inverse)]);
  if (dtype !== int64) keywords.push(["index_dtype", strExpr(dtype.name)]);
  return callExpr(path(ctx.T, "index_map"), [lambda], keywords);
}

/** `T.comm_reducer(lambda x, y: x + y, [T.float32(0.0)])` */
export function raiseReducer(ctx: RaiseContext, reducer: CommReducer): A.Expr {
  ctx.names.push();
  const params = [...reducer.lhs, ...reducer.rhs].map((p) => ctx.names.give(p, p.name));
  const results = reducer.results.map((r) => raisePrimExpr(ctx, r));
  const lambda = lambdaExpr(params, results.length === 1 ? results[0]! : tupleExpr(results));
  ctx.names.pop();
  return callExpr(path(ctx.T, "comm_reducer"), [
    lambda,
    listExpr(reducer.identities.map((e) => raisePrimExpr(ctx, e))),
  ]);
}

/** `I.vdevice("cuda", 0, "global")` */
export const raiseDevice = (ctx: RaiseContext, device: VDevice): A.Expr =>
  callExpr(path(ctx.I, "vdevice"), [
    typeof device.target === "string"
      ? strExpr(device.target)
      : raiseAttrValue(ctx, device.target.config),
    intExpr(device.index),
    strExpr(device.scope),
  ]);

/** `R.device_mesh((2, 2), I.Range(0, 4))` */
export function raiseMesh(ctx: RaiseContext, mesh: DeviceMesh): A.Expr {
  const first = mesh.ids[0] ?? 0;
  const ids = mesh.isRange
    ? callExpr(path(ctx.I, "Range"), [intExpr(first), intExpr(first + mesh.ids.length)])
    : listExpr(mesh.ids.map(intExpr));
  return callExpr(path(ctx.R, "device_mesh"), [tupleExpr(mesh.shape.map(intExpr)), ids]);
}
