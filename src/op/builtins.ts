/** Functions that the virtual machine brings along: purity and result. */
import type { Call } from "../ir/relax/expr.js";
import {
  dimsOf,
  objectInfo,
  primInfo,
  shapeInfo,
  tensorInfo,
  tupleInfo,
  voidInfo,
  type StructInfo,
} from "../ir/relax/struct-info.js";
import { bool, int64 } from "../support/dtype.js";
import { makeRegistry } from "../support/registry.js";
import type { InferContext } from "./infer-context.js";

export interface Builtin {
  /** `vm.builtin.shape_of` */
  readonly name: string;
  /** No effect but its result. */
  readonly pure: boolean;
  /** Absent: anything. */
  result?(call: Call, ctx: InferContext): StructInfo;
}

type ResultRule = NonNullable<Builtin["result"]>;

const first: ResultRule = (call, ctx) =>
  call.args[0] === undefined ? objectInfo : ctx.infoOf(call.args[0]);
const nothing: ResultRule = () => voidInfo;
const anything: ResultRule = () => objectInfo;

/** Without operand errors: builtins come from lowering, and the virtual machine checks them. */
const shapeOf: ResultRule = (call, ctx) => {
  const info = first(call, ctx);
  return info.kind === "relax.TensorInfo"
    ? shapeInfo(dimsOf(info), info.ndim)
    : shapeInfo(undefined);
};

const reshaped: ResultRule = (call, ctx) => {
  const [data, target] = call.args.map((a) => ctx.infoOf(a));
  if (data?.kind !== "relax.TensorInfo") return objectInfo;
  const arg = call.args[1];
  const shape = arg?.kind === "relax.ShapeExpr" || arg?.kind === "relax.Var" ? arg : undefined;
  const ndim = target?.kind === "relax.ShapeInfo" ? target.ndim : -1;
  return tensorInfo({
    shape: target?.kind === "relax.ShapeInfo" ? shape : undefined,
    ndim,
    dtype: data.dtype,
    vdevice: data.vdevice,
  });
};

const tupleItem: ResultRule = (call, ctx) => {
  const info = first(call, ctx);
  const index = call.args[1];
  if (
    info.kind !== "relax.TupleInfo" ||
    index?.kind !== "relax.PrimValue" ||
    index.value.kind !== "tir.IntImm"
  )
    return objectInfo;
  return info.fields[Number(index.value.value)] ?? objectInfo;
};

const tensorToShape: ResultRule = (call, ctx) => {
  const length = dimsOf(first(call, ctx))?.[0];
  return shapeInfo(undefined, length?.kind === "tir.IntImm" ? Number(length.value) : -1);
};

const vm = (name: string, pure: boolean, result: ResultRule = anything): Builtin => ({
  name: `vm.builtin.${name}`,
  pure,
  result,
});
const run = (name: string, pure: boolean, result: ResultRule = anything): Builtin => ({
  name: `relax.run.${name}`,
  pure,
  result,
});

const registry = makeRegistry<Builtin>([
  vm("shape_of", true, shapeOf),
  vm("tensor_to_shape", true, tensorToShape),
  vm("reshape", true, reshaped),
  vm("copy", true, first),
  vm("ensure_zero_offset", true, first),
  vm("to_device", true, (call, ctx) => {
    const info = first(call, ctx);
    return info.kind === "relax.TensorInfo"
      ? tensorInfo({ shape: info.shape, ndim: info.ndim, dtype: info.dtype })
      : objectInfo;
  }),
  vm("null_value", true),
  vm("make_shape", true, () => shapeInfo(undefined)),
  vm("make_prim_value", true, () => primInfo(int64)),
  vm("make_tuple", true, (call, ctx) => tupleInfo(call.args.map((a) => ctx.infoOf(a)))),
  vm("tuple_getitem", true, tupleItem),
  vm("tuple_reset_item", false, nothing),
  vm("read_if_cond", true, () => primInfo(bool)),
  vm("alloc_shape_heap", true, () => tensorInfo({ dtype: int64, ndim: 1 })),
  vm("alloc_storage", true),
  vm("alloc_tensor", true, () => tensorInfo({})),
  vm("make_closure", true),
  vm("invoke_closure", false),
  vm("match_shape", false, nothing),
  vm("match_prim_value", false, nothing),
  vm("check_tensor_info", false, nothing),
  vm("check_shape_info", false, nothing),
  vm("check_prim_value_info", false, nothing),
  vm("check_tuple_info", false, nothing),
  vm("check_func_info", false, nothing),
  vm("check_string_info", false, nothing),
  vm("call_tir_dyn", false, nothing),
  vm("invoke_debug_func", false, nothing),
  vm("debug_print", false, nothing),
  vm("call_py_func", false),
  run("print", false, nothing),
  run("assert_op", false, nothing),
  run("shape_to_tensor", true, () => tensorInfo({ dtype: int64, ndim: 1 })),
  run("unique", true),
  run("nonzero", true, () => tensorInfo({ dtype: int64, ndim: 2 })),
]);

/** The builtin of that name. */
export const lookupBuiltin = (name: string): Builtin | undefined => registry.get(name);
export const allBuiltins = (): readonly Builtin[] => registry.all;
