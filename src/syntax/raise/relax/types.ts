/** Struct info as annotations. */
import type * as A from "../../../../grammar/ast/nodes.js";
import { printExpr } from "../../../../grammar/index.js";
import { visit } from "../../../ir/core/visit.js";
import type {
  DeviceMesh,
  FuncInfo,
  StructInfo,
  TensorInfo,
  VDevice,
} from "../../../ir/relax/struct-info.js";
import { structuralEqual } from "../../../ir/core/equal.js";
import type { PrimExpr, Var } from "../../../ir/tir/expr.js";
import { deviceKind, devicesOfKind } from "../../elaborate/relax/device.js";
import {
  boolExpr,
  callExpr,
  intExpr,
  listExpr,
  nameExpr,
  path,
  strExpr,
  tupleExpr,
} from "../build.js";
import type { RaiseContext } from "../context.js";
import { scalarExpr } from "./scalar.js";

/**
 * Where a type stands. In a signature the symbols that it introduces are strings throughout (TVM 0.27 knows no bare
 * name there but scalar parameters and outer symbols), and so are compound dimensions: the set holds those symbols.
 */
export type TypeSite = Set<Var> | "body";

/** Whether types that deduction gives are printed; TVM deduces its own, so that text for it says only what was written. */
export const showsAllTypes = (ctx: RaiseContext): boolean =>
  ctx.options.showAllTypes ?? ctx.dialect === "native";

/** `R.Any`, `R.Object` before 2026. */
export const anyName = (ctx: RaiseContext): string =>
  ctx.dialect === "tvm-0.18" ? "Object" : "Any";

/** A type as an operand of a call: called where TVM does not call it itself. */
export function raiseTypeOperand(ctx: RaiseContext, info: StructInfo): A.Expr {
  const type = raiseInner(ctx, info, "body");
  return type.kind === "Attribute" && ctx.dialect !== "native" ? callExpr(type, []) : type;
}

/** A type inside another one; scalars are no names there, because TVM reads `T.int64` alone only. */
function raiseInner(ctx: RaiseContext, info: StructInfo, site: TypeSite): A.Expr {
  if (info.kind !== "relax.PrimInfo" || (info.value !== undefined && ctx.dialect !== "tvm-0.27"))
    return raiseType(ctx, info, site);
  return callExpr(path(ctx.R, "Prim"), [strExpr(info.dtype.name)]);
}

/** A type as text. */
export function raiseType(ctx: RaiseContext, info: StructInfo, site: TypeSite): A.Expr {
  const R = (name: string): A.Expr => path(ctx.R, name);
  switch (info.kind) {
    case "relax.ObjectInfo":
      return R(anyName(ctx));
    case "relax.PrimInfo": {
      const { value } = info;
      if (ctx.dialect === "tvm-0.18") {
        const given = value === undefined ? strExpr(info.dtype.name) : raiseDim(ctx, value, site);
        return callExpr(
          R("Prim"),
          value === undefined ? [given] : [],
          value === undefined ? [] : [["value", given]],
        );
      }
      if (value === undefined || ctx.dialect === "tvm-0.27") return path(ctx.T, info.dtype.name);
      return callExpr(R("Prim"), [], [["value", raiseDim(ctx, value, site)]]);
    }
    case "relax.ShapeInfo":
      if (info.values !== undefined)
        return callExpr(R("Shape"), [listExpr(info.values.map((v) => raiseDim(ctx, v, site)))]);
      return info.ndim < 0 ? R("Shape") : callExpr(R("Shape"), [], [["ndim", intExpr(info.ndim)]]);
    case "relax.TensorInfo": {
      const { args, keywords } = tensorArguments(ctx, info, site);
      return args.length + keywords.length === 0
        ? R("Tensor")
        : callExpr(R("Tensor"), args, keywords);
    }
    case "relax.DTensorInfo": {
      const { args, keywords } = tensorArguments(ctx, info.tensor, site);
      const placed: (readonly [string, A.Expr])[] = [
        ...keywords,
        ["device_mesh", raiseMesh(ctx, info.mesh)],
        ["placement", strExpr(info.placement)],
      ];
      return callExpr(R("DTensor"), args, placed);
    }
    case "relax.TupleInfo": {
      if (info.fields.length === 0) return R("Tuple");
      return callExpr(
        R("Tuple"),
        info.fields.map((f) => raiseInner(ctx, f, site)),
      );
    }
    case "relax.FuncInfo":
      return callableType(ctx, info, site);
  }
}

interface Arguments {
  readonly args: A.Expr[];
  readonly keywords: (readonly [string, A.Expr])[];
}

function tensorArguments(ctx: RaiseContext, info: TensorInfo, site: TypeSite): Arguments {
  const args: A.Expr[] = [];
  const keywords: (readonly [string, A.Expr])[] = [];
  const { shape } = info;
  if (shape?.kind === "relax.ShapeExpr")
    args.push(tupleExpr(shape.values.map((v) => raiseDim(ctx, v, site))));
  else if (shape !== undefined)
    args.push(nameExpr(ctx.names.get(shape) ?? ctx.names.give(shape, shape.name)));
  if (info.dtype !== undefined) keywords.push(["dtype", strExpr(info.dtype.name)]);
  if (info.vdevice !== undefined)
    keywords.push(["vdevice", strExpr(deviceText(ctx, info.vdevice))]);
  if (shape === undefined && info.ndim >= 0) keywords.push(["ndim", intExpr(info.ndim)]);
  return { args, keywords };
}

function callableType(ctx: RaiseContext, info: FuncInfo, site: TypeSite): A.Expr {
  const callable = path(ctx.R, "Callable");
  if (info.params !== undefined) {
    const params = tupleExpr(info.params.map((p) => raiseInner(ctx, p, site)));
    return callExpr(callable, [params, raiseInner(ctx, info.ret, site), boolExpr(info.purity)]);
  }
  const keywords: (readonly [string, A.Expr])[] = [];
  if (info.ret.kind !== "relax.ObjectInfo") keywords.push(["ret", raiseInner(ctx, info.ret, site)]);
  if (info.purity) keywords.push(["purity", boolExpr(true)]);
  if (info.deriveFunc !== undefined) keywords.push(["derive_func", strExpr(info.deriveFunc)]);
  return keywords.length === 0 ? callable : callExpr(callable, [], keywords);
}

/** One dimension. */
export function raiseDim(ctx: RaiseContext, dim: PrimExpr, site: TypeSite): A.Expr {
  if (site === "body" || dim.kind === "tir.IntImm") return scalarExpr(ctx, dim);
  if (dim.kind === "tir.Var") {
    const known = ctx.names.get(dim);
    if (known !== undefined && !site.has(dim)) return nameExpr(known);
    site.add(dim);
    return strExpr(known ?? ctx.names.give(dim, dim.name));
  }
  return strExpr(printExpr(scalarExpr(ctx, dim)));
}

/** Whether a type mentions a symbol that has no name here yet. */
export function hasUnnamedSymbol(ctx: RaiseContext, info: StructInfo): boolean {
  let unnamed = false;
  visit(info, {
    enter(node) {
      if (node.kind === "tir.Var" && ctx.names.get(node) === undefined) unnamed = true;
    },
  });
  return unnamed;
}

/** `kind:index:scope`, the index among the module's devices of that kind. */
export function deviceText(ctx: RaiseContext, device: VDevice): string {
  const kind = deviceKind(device);
  const declared = ctx.module === undefined ? [] : devicesOfKind(ctx.module.globalInfos, kind);
  const index = declared.findIndex((d) => structuralEqual(d, device));
  return `${kind}:${index < 0 ? device.index : index}:${device.scope}`;
}

/** `"mesh[0]"` or `R.device_mesh(…)`. */
export function raiseMesh(ctx: RaiseContext, mesh: string | DeviceMesh): A.Expr {
  if (typeof mesh === "string") return strExpr(mesh);
  const shape = tupleExpr(mesh.shape.map(intExpr));
  const ids = mesh.ids.map(intExpr);
  return callExpr(path(ctx.R, "device_mesh"), [
    shape,
    mesh.isRange ? callExpr(path(ctx.I, "Range"), ids) : listExpr(ids),
  ]);
}
