/** Short forms for the parameters of operator declarations. */
import type { AttrValue } from "../ir/core/node.js";
import { floatImm } from "../ir/tir/expr.js";
import { float64 } from "../support/dtype.js";
import { elementType } from "./normal-form.js";
import type { ArgType, AttrType, OpParam } from "./op.js";

type More = Omit<OpParam, "name" | "role" | "type">;
export const optional: More = { optional: true };

const arg =
  (type: ArgType) =>
  (name: string, more?: More): OpParam => ({ name, role: "arg", type, ...more });

export const tensor = arg("tensor");
export const tensors = arg("tensors");
/** Shapes act through the type of the result. */
export const shape = (name: string, more?: More): OpParam =>
  arg("shape")(name, { typeOnly: true, ...more });
export const prim = arg("prim");
export const prims = arg("prims");
export const tupleArg = arg("tuple");
export const strArg = arg("str");
export const dtypeArg = arg("dtype");
export const func = arg("func");
export const any = arg("any");

/** Where a tensor lies in storage, and its type. */
export const placeInStorage: readonly OpParam[] = [
  any("storage"),
  prim("offset"),
  shape("shape"),
  dtypeArg("dtype"),
  prim("runtime_device_ind", { default: 0 }),
];

/** Attribute; without a default it must be given, unless `more` makes it optional. */
const attr =
  (type: AttrType) =>
  (name: string, preset?: AttrValue, more?: More): OpParam => ({
    name,
    role: "attr",
    type,
    ...(preset === undefined
      ? {}
      : preset === null
        ? { optional: true }
        : { default: preset, optional: true }),
    ...more,
  });

export const intAttr = attr("int");
export const intsAttr = attr("int[]");
const float = (value: number): AttrValue => floatImm(value, float64);
/** Floats are given as numbers. */
export const floatAttr = (name: string, preset?: number | null, more?: More): OpParam =>
  attr("float")(name, typeof preset === "number" ? float(preset) : preset, more);
export const floatsAttr = (name: string, preset?: readonly number[] | null, more?: More): OpParam =>
  attr("float[]")(name, preset?.map(float) ?? (preset as null | undefined), more);
export const boolAttr = attr("bool");
export const strAttr = attr("str");
/** Element types act through the type of the result. */
export const dtypeAttr = (name: string, preset?: AttrValue, more?: More): OpParam =>
  attr("dtype")(name, preset, { typeOnly: true, normal: elementType, ...more });
export const anyAttr = attr("any");
export const vdeviceAttr = attr("vdevice");
export const meshAttr = attr("mesh");
export const indexMapAttr = attr("index_map");

/** `out_ty`: struct info of the outputs. */
export const outTy: OpParam = {
  name: "out_ty",
  role: "sinfo",
  type: "sinfo",
  aliases: ["out_sinfo", "dtype"],
};
/** `ty_args`: struct info of the result of an opaque callee. */
export const tyArgs = (more?: More): OpParam => ({
  name: "ty_args",
  role: "sinfo",
  type: "sinfo",
  aliases: ["sinfo_args", "type_args"],
  keyword: true,
  ...more,
});
