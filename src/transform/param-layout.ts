/** Layouts that a T function takes its parameters in, other than those its callers have them in. */
import { noAttrs, type AttrValue, type Attrs } from "../ir/core/node.js";
import { isNode } from "../ir/nodes.js";
import type { PrimExpr } from "../ir/tir/expr.js";
import type { IndexMap, PrimFunc } from "../ir/tir/function.js";

/** Attribute of T functions: `[{"param": 1, "map": T.index_map(…), "pad_value": 0.0}, …]`, in the order of application. */
export const PARAM_LAYOUTS = "relaxc.layout";

/** One change of layout, from that of the callers to that of the function. */
export interface ParamLayout {
  /** Number of the parameter. */
  readonly param: number;
  readonly map: IndexMap;
  /** What fills elements that the map adds; absent: nothing reads them. */
  readonly padValue?: PrimExpr | undefined;
}

/** The layouts that a function records, in the order of application. */
export function paramLayoutsOf(func: PrimFunc): readonly ParamLayout[] {
  const raw = func.attrs.get(PARAM_LAYOUTS);
  if (!Array.isArray(raw)) return [];
  return raw.flatMap((entry: AttrValue): ParamLayout[] => {
    if (!(entry instanceof Map)) return [];
    const fields = entry as Attrs;
    const [param, map, pad] = ["param", "map", "pad_value"].map((key) => fields.get(key));
    const isMap = isNode(map) && map.kind === "tir.IndexMap";
    if (typeof param !== "number" || !isMap) return [];
    return [{ param, map, padValue: isNode(pad) ? (pad as PrimExpr) : undefined }];
  });
}

/** The function with one more layout on record. */
export function withParamLayout(func: PrimFunc, { param, map, padValue }: ParamLayout): PrimFunc {
  const before = func.attrs.get(PARAM_LAYOUTS);
  const entry: Attrs = new Map<string, AttrValue>([
    ["param", param],
    ["map", map],
    ...(padValue === undefined ? [] : [["pad_value", padValue] as const]),
  ]);
  const list = [...(Array.isArray(before) ? (before as readonly AttrValue[]) : []), entry];
  return { ...func, attrs: new Map(func.attrs).set(PARAM_LAYOUTS, list) };
}

/** The function without records: its callers give the parameters as it takes them. */
export function withoutParamLayouts(func: PrimFunc): PrimFunc {
  if (!func.attrs.has(PARAM_LAYOUTS)) return func;
  const attrs = new Map(func.attrs);
  attrs.delete(PARAM_LAYOUTS);
  return { ...func, attrs: attrs.size === 0 ? noAttrs : attrs };
}
