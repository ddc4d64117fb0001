/** Calls as instructions. */
import { constantOperand, immediate, register, type BuilderOperand } from "../../artefact/index.js";
import type { Call, Expr } from "../../ir/relax/expr.js";
import { dimsOf, type StructInfo } from "../../ir/relax/struct-info.js";
import { codes } from "./codes.js";
import {
  externIndex,
  functionIndex,
  memberOperands,
  operandOf,
  primOperand,
  shapeOperand,
} from "./operand.js";
import { builtin, fail, temporary, type State } from "./state.js";

/** Writes a call whose result goes to a register. */
type Emit = (s: State, call: Call, dst: number) => void;

/** Calls what an expression names. */
function invoke(
  s: State,
  callee: Expr,
  args: readonly BuilderOperand[],
  dst: number | undefined,
  call: Call,
): void {
  const at = call.span;
  if (callee.kind === "ir.GlobalVar") {
    s.b.call(functionIndex(s.program, callee.name, at), args, dst, at);
  } else if (callee.kind === "ir.ExternFunc") {
    s.b.call(externIndex(s.program, callee.symbol), args, dst, at);
  } else if (callee.kind === "relax.Str") {
    s.b.call(externIndex(s.program, callee.value), args, dst, at);
  } else {
    s.b.call(builtin(s, "invoke_closure"), [operandOf(s, callee), ...args], dst, at);
  }
}

const outType = (call: Call): StructInfo =>
  call.sinfoArgs.length === 1
    ? call.sinfoArgs[0]!
    : { kind: "relax.TupleInfo", fields: call.sinfoArgs };

const fieldsOf = (info: StructInfo): readonly StructInfo[] =>
  info.kind === "relax.TupleInfo" ? info.fields : [info];

/** Allocates one output. */
function newOutput(s: State, call: Call, info: StructInfo, dst: number): void {
  const tensor = info.kind === "relax.DTensorInfo" ? info.tensor : info;
  const name = call.op.kind === "relax.Op" ? `R.${call.op.name}` : "call";
  if (
    tensor.kind !== "relax.TensorInfo" ||
    tensor.dtype === undefined ||
    tensor.shape === undefined
  ) {
    return fail(codes.outType({ at: call.span, name }));
  }
  const shape =
    tensor.shape.kind === "relax.Var"
      ? operandOf(s, tensor.shape)
      : shapeOperand(s, dimsOf(tensor) ?? [], call.span);
  const type = constantOperand(s.b.constant({ kind: "dtype", value: tensor.dtype.name }));
  s.b.call(builtin(s, "new_tensor"), [shape, type], dst, call.span);
}

/** Integers after the outputs, as older texts pass them. */
function trailing(s: State, call: Call): BuilderOperand[] {
  const shape = call.args[2];
  return shape?.kind === "relax.ShapeExpr"
    ? shape.values.map((d) => primOperand(s, d, call.span))
    : [];
}

/** Registers of outputs: the result's own when there is one, else temporaries that a tuple takes. */
function outputRegisters(s: State, call: Call, dst: number): number[] {
  const info = outType(call);
  return info.kind === "relax.TupleInfo" ? info.fields.map(() => temporary(s, true)) : [dst];
}

function packOutputs(s: State, call: Call, outputs: readonly number[], dst: number): void {
  if (outType(call).kind !== "relax.TupleInfo") return;
  s.b.call(builtin(s, "make_tuple"), outputs.map(register), dst, call.span);
}

const destinationPassing: Emit = (s, call, dst) => {
  const args = memberOperands(s, call.args[1]);
  const outputs = outputRegisters(s, call, dst);
  fieldsOf(outType(call)).forEach((info, i) => newOutput(s, call, info, outputs[i]!));
  const all = [...args, ...outputs.map(register), ...trailing(s, call)];
  invoke(s, call.args[0]!, all, undefined, call);
  packOutputs(s, call, outputs, dst);
};

/** Outputs that reuse an argument are that argument; the others follow the arguments. */
const inPlace: Emit = (s, call, dst) => {
  const args = memberOperands(s, call.args[1]);
  const given = call.attrs.get("inplace_indices");
  const indices = (Array.isArray(given) ? given : [given]).map(Number);
  const outputs = outputRegisters(s, call, dst);
  const fresh: BuilderOperand[] = [];
  fieldsOf(outType(call)).forEach((info, i) => {
    const reused = args[indices[i] ?? -1];
    if (reused !== undefined) {
      s.b.call(builtin(s, "copy"), [reused], outputs[i], call.span);
    } else {
      newOutput(s, call, info, outputs[i]!);
      fresh.push(register(outputs[i]!));
    }
  });
  invoke(s, call.args[0]!, [...args, ...fresh, ...trailing(s, call)], undefined, call);
  packOutputs(s, call, outputs, dst);
};

const operands = (s: State, call: Call, count = call.args.length): BuilderOperand[] =>
  call.args.slice(0, count).map((a) => operandOf(s, a));

/** A builtin that takes the first operands. */
const plain =
  (name: string, count?: number): Emit =>
  (s, call, dst) =>
    void s.b.call(s.b.host(name), operands(s, call, count), dst, call.span);

const packed: Emit = (s, call, dst) => {
  const args = call.args.slice(1).map((a) => operandOf(s, a));
  invoke(s, call.args[0]!, args, dst, call);
};

/** The end of a value's life is known already from its last use. */
const ended: Emit = (s, call, dst) => void s.b.call(builtin(s, "make_tuple"), [], dst, call.span);

const field =
  (number: number, type: string, hasAxis = false): Emit =>
  (s, call, dst) => {
    const [tensor, axis] = call.args;
    const args = [
      operandOf(s, tensor!),
      immediate(number),
      hasAxis && axis !== undefined ? operandOf(s, axis) : immediate(0),
      constantOperand(s.b.constant({ kind: "dtype", value: type })),
    ];
    s.b.call(builtin(s, "tensor_field"), args, dst, call.span);
  };

const emitters: Readonly<Record<string, Emit>> = {
  call_tir: destinationPassing,
  call_tir_with_grad: destinationPassing,
  call_dps_packed: destinationPassing,
  call_tir_inplace: inPlace,
  call_pure_packed: packed,
  call_inplace_packed: packed,
  call_builtin_with_ctx: (s, call, dst) =>
    invoke(s, call.args[0]!, memberOperands(s, call.args[1]), dst, call),
  make_closure: (s, call, dst) => {
    const args = [operandOf(s, call.args[0]!), ...memberOperands(s, call.args[1])];
    s.b.call(builtin(s, "make_closure"), args, dst, call.span);
  },
  invoke_closure: invokeClosure,
  invoke_pure_closure: invokeClosure,
  "vm.call_tir_dyn": (s, call, dst) => {
    const args = [operandOf(s, call.args[0]!), ...memberOperands(s, call.args[1])];
    s.b.call(builtin(s, "call_tir_dyn"), args, dst, call.span);
  },
  reshape: plain("vm.builtin.reshape", 2),
  shape_of: plain("vm.builtin.shape_of", 1),
  tensor_to_shape: plain("vm.builtin.tensor_to_shape", 1),
  shape_to_tensor: plain("relax.run.shape_to_tensor", 1),
  size: plain("vm.builtin.tensor_size", 1),
  null_value: plain("vm.builtin.null_value", 0),
  print: plain("relax.run.print"),
  assert_op: plain("relax.run.assert_op"),
  hint_on_device: plain("vm.builtin.to_device", 1),
  to_vdevice: plain("vm.builtin.to_device", 1),
  "builtin.stop_lift_params": plain("vm.builtin.copy", 1),
  "grad.start_checkpoint": plain("vm.builtin.copy", 1),
  "grad.end_checkpoint": plain("vm.builtin.copy", 1),
  "grad.no_grad": plain("vm.builtin.copy", 1),
  "builtin.alloc_tensor": plain("vm.builtin.new_tensor", 2),
  "memory.alloc_storage": plain("vm.builtin.alloc_storage", 1),
  "memory.alloc_tensor": plain("vm.builtin.alloc_tensor", 4),
  "memory.kill_storage": ended,
  "memory.kill_tensor": ended,
  "memory.view": plain("vm.builtin.view"),
  "memory.ensure_zero_offset": plain("vm.builtin.ensure_zero_offset", 1),
  "vm.alloc_storage": plain("vm.builtin.alloc_storage", 1),
  "vm.alloc_tensor": plain("vm.builtin.alloc_tensor", 4),
  "vm.kill_object": ended,
  "inspect.tensor_ndim": field(0, "int32"),
  "inspect.tensor_dtype_code": field(1, "uint8"),
  "inspect.tensor_dtype_bits": field(2, "uint8"),
  "inspect.tensor_dtype_lanes": field(3, "uint16"),
  "inspect.tensor_shape_i": field(4, "int64", true),
  "inspect.tensor_stride_i": field(5, "int64", true),
  "inspect.tensor_byte_offset": field(6, "uint64"),
  "inspect.tensor_elem_offset": field(7, "uint64"),
};

function invokeClosure(s: State, call: Call, dst: number): void {
  invoke(s, call.args[0]!, memberOperands(s, call.args[1]), dst, call);
}

/** Whether calls of an operator have code. */
export const hasCode = (op: string): boolean => Object.hasOwn(emitters, op);

/** Operators without a result: what is bound to it is the empty tuple. */
const EFFECTS: ReadonlySet<string> = new Set(["print", "assert_op", "vm.call_tir_dyn"]);

/** Writes a call; its result goes to `dst`. */
export function emitCall(s: State, call: Call, dst: number): void {
  const { op } = call;
  if (op.kind !== "relax.Op") {
    const args = call.args.map((a) => operandOf(s, a));
    invoke(s, op, args, dst, call);
    const callee = op.kind === "ir.GlobalVar" ? s.program.module.functions.get(op.name) : undefined;
    if (callee?.kind === "tir.PrimFunc" && callee.retType.code === "void") ended(s, call, dst);
    return;
  }
  const emit = hasCode(op.name) ? emitters[op.name] : undefined;
  if (emit === undefined) {
    return fail(
      codes.notLowered({ at: call.span, count: "1 operator has", names: `\`R.${op.name}\`` }),
    );
  }
  emit(s, call, dst);
  if (EFFECTS.has(op.name)) ended(s, call, dst);
}
