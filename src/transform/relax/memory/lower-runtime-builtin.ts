/** Operators of memory, shapes and closures as functions of the virtual machine. */
import { externFunc } from "../../../ir/module.js";
import {
  dtypeValue,
  op,
  primValue,
  relaxCall,
  str,
  tupleGetItem,
  tuple,
  type Call,
  type Expr,
  type Func,
} from "../../../ir/relax/expr.js";
import { voidInfo, type StructInfo } from "../../../ir/relax/struct-info.js";
import { intImm } from "../../../ir/tir/expr.js";
import { int64, uint8 } from "../../../support/dtype.js";
import { definePass } from "../../pass.js";
import { rewriteModule, type Cursor } from "../rewrite/index.js";

export const lowerRuntimeBuiltin = definePass({
  name: "lower-runtime-builtin",
  dialect: "relax",
  summary: "Turns operators of memory, shapes and closures into functions of the virtual machine.",
  from: "planned",
  to: "vm",
  options: {},
  requires: ["remove-purity-checking", "static-plan-block-memory"],
  run: (module) =>
    rewriteModule(module, () => ({ value: (value, at) => lowered(value, at), result: lowered })),
});

/** What takes the place of a call; undefined when its operands are not known well enough. */
type Lower = (call: Call, at: Cursor) => Call | undefined;

function lowered<E extends Expr | Func>(value: E, at: Cursor): E | Call {
  if (value.kind !== "relax.Call" || value.op.kind !== "relax.Op") return value;
  const { name } = value.op;
  const lower = Object.hasOwn(lowerings, name) ? lowerings[name] : undefined;
  return lower?.(value, at) ?? value;
}

/** Another operator on these operands. */
const operator = ({ span }: Call, name: string, args: readonly Expr[]): Call =>
  relaxCall(op(name), args, { span });

/** A function of the machine, with the type of its result written. */
const packed = ({ span }: Call, name: string, args: readonly Expr[], info: StructInfo): Call =>
  relaxCall(externFunc(name), args, { sinfoArgs: [info], span });

/** The same operands go to a function of the machine. */
const renamed =
  (name: string): Lower =>
  (call, at) =>
    packed(call, name, call.args, at.infer.infoOf(call));

const kill: Lower = (call) => operator(call, "vm.kill_object", call.args);

const closureCall: Lower = (call, at) => {
  const args = fieldsOf(call.args[1], at);
  if (args === undefined) return undefined;
  const callee = externFunc("vm.builtin.invoke_closure");
  return relaxCall(op("call_builtin_with_ctx"), [callee, tuple([call.args[0]!, ...args])], {
    sinfoArgs: call.sinfoArgs.length > 0 ? call.sinfoArgs : [at.infer.infoOf(call)],
    span: call.span,
  });
};

/** The callee and the fields of its arguments. */
const flattened =
  (name: string, info?: StructInfo): Lower =>
  (call, at) => {
    const args = fieldsOf(call.args[1], at);
    return args && packed(call, name, [call.args[0]!, ...args], info ?? at.infer.infoOf(call));
  };

const lowerings: Readonly<Record<string, Lower>> = {
  reshape: renamed("vm.builtin.reshape"),
  shape_of: renamed("vm.builtin.shape_of"),
  tensor_to_shape: renamed("vm.builtin.tensor_to_shape"),
  shape_to_tensor: renamed("relax.run.shape_to_tensor"),
  to_vdevice: (call, at) => {
    const info = at.infer.infoOf(call);
    const device = info.kind === "relax.TensorInfo" ? info.vdevice : undefined;
    if (device === undefined) return undefined;
    const { target, index, scope } = device;
    const kind = str(typeof target === "string" ? target : String(target.config.get("kind") ?? ""));
    const args = [call.args[0]!, kind, primValue(intImm(index, int64)), str(scope)];
    return packed(call, "vm.builtin.to_device", args, info);
  },
  make_closure: flattened("vm.builtin.make_closure"),
  invoke_closure: closureCall,
  invoke_pure_closure: closureCall,
  "vm.call_tir_dyn": flattened("vm.builtin.call_tir_dyn", voidInfo),
  "memory.alloc_storage": (call) => {
    const [size, device, scope, dtype] = call.args;
    return operator(call, "vm.alloc_storage", [
      size!,
      device ?? primValue(intImm(0, int64)),
      dtype ?? dtypeValue(uint8),
      scope ?? str("global"),
    ]);
  },
  "memory.alloc_tensor": (call) => operator(call, "vm.alloc_tensor", call.args),
  "memory.kill_storage": kill,
  "memory.kill_tensor": kill,
  "memory.ensure_zero_offset": renamed("vm.builtin.ensure_zero_offset"),
};

/** Fields of a tuple, taken out where it is a variable. */
function fieldsOf(args: Expr | undefined, at: Cursor): readonly Expr[] | undefined {
  if (args?.kind === "relax.Tuple") return args.fields;
  const info = args?.kind === "relax.Var" ? args.sinfo : undefined;
  if (info?.kind !== "relax.TupleInfo") return undefined;
  return info.fields.map((_, i) => at.emit(tupleGetItem(args!, i)));
}
