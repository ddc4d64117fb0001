/** Intrinsics that call something outside, and the plumbing of run-time structures. */
import type { Intrinsic, ResultRule } from "./intrinsic.js";

const effect = (
  name: string,
  params: readonly string[],
  result: ResultRule,
  summary: string,
  aliases: readonly string[] = [],
): Intrinsic => ({ name, aliases, params, result, pure: false, summary });
const pure = (
  name: string,
  params: readonly string[],
  result: ResultRule,
  summary: string,
): Intrinsic => ({
  name,
  params,
  result,
  pure: true,
  summary,
});

export const calls: readonly Intrinsic[] = [
  effect("call_extern", ["func_name", "*args"], "leading", "Calls a C function."),
  pure(
    "call_pure_extern",
    ["func_name", "*args"],
    "leading",
    "Calls a C function without effects.",
  ),
  effect("call_intrin", ["func_name", "*args"], "leading", "Calls an intrinsic by name."),
  effect("call_llvm_intrin", ["name", "*args"], "leading", "Calls an LLVM intrinsic."),
  pure(
    "call_llvm_pure_intrin",
    ["name", "*args"],
    "leading",
    "Calls an LLVM intrinsic without effects.",
  ),
  pure("llvm_lookup_intrinsic_id", ["name"], "fixed:int32", "Number of an LLVM intrinsic."),
  effect("call_packed", ["*args"], "fixed:int32", "Calls a packed function.", ["tvm_call_packed"]),
  effect("call_cpacked", ["*args"], "fixed:int32", "Calls a packed function of the C interface.", [
    "tvm_call_cpacked",
  ]),
  effect("call_packed_lowered", ["*args"], "fixed:int32", "Lowered form of call_packed.", [
    "tvm_call_packed_lowered",
  ]),
  effect("call_cpacked_lowered", ["*args"], "fixed:int32", "Lowered form of call_cpacked.", [
    "tvm_call_cpacked_lowered",
  ]),
  effect("call_trace_packed_lowered", ["*args"], "fixed:int32", "Traced form of call_packed.", [
    "tvm_call_trace_packed_lowered",
  ]),
  effect("tvm_tuple", ["*args"], "fixed:handle", "Several operands as one."),
  effect(
    "tvm_check_return",
    ["expected", "nonzero", "call"],
    "fixed:int32",
    "Calls, and fails on an unexpected result.",
  ),
  effect("tvm_throw_last_error", [], "fixed:int32", "Raises the last error."),
  effect("lookup_param", ["name"], "fixed:handle", "Parameter linked into the library."),
  effect(
    "tvm_struct_get",
    ["arr", "index", "field"],
    "trailing",
    "Reads a field of an argument structure.",
  ),
  effect(
    "tvm_struct_set",
    ["arr", "index", "field", "value"],
    "fixed:int32",
    "Writes a field of an argument structure.",
  ),
  effect("tvm_stack_alloca", ["kind", "num"], "fixed:handle", "Space on the stack."),
  effect("tvm_stack_make_shape", ["*args"], "fixed:handle", "A shape on the stack."),
  effect(
    "tvm_stack_make_array",
    ["data", "shape", "strides", "ndim", "arr_dtype", "elem_offset"],
    "fixed:handle",
    "A tensor descriptor on the stack.",
  ),
  effect(
    "TVMBackendAllocWorkspace",
    ["device_type", "device_id", "nbytes", "dtype_code_hint", "dtype_bits_hint"],
    "fixed:handle",
    "Allocates run-time workspace.",
  ),
  effect(
    "TVMBackendFreeWorkspace",
    ["device_type", "device_id", "ptr"],
    "fixed:int32",
    "Frees run-time workspace.",
  ),
  effect(
    "anylist_getitem",
    ["list_handle", "index"],
    "fixed:handle",
    "Reads a register of the virtual machine.",
  ),
  effect(
    "anylist_resetitem",
    ["list_handle", "index"],
    "fixed:int32",
    "Clears a register of the virtual machine.",
  ),
  effect(
    "anylist_setitem_call_packed",
    ["list_handle", "index", "func_name", "*args"],
    "fixed:int32",
    "Calls into a register.",
  ),
  effect(
    "anylist_setitem_call_cpacked",
    ["list_handle", "index", "func_name", "*args"],
    "fixed:int32",
    "Calls into a register.",
  ),
  effect("start_profile_intrinsic", ["id"], "fixed:handle", "Starts a profiling mark."),
  effect("end_profile_intrinsic", ["id"], "fixed:handle", "Ends a profiling mark."),
  effect("address_of", ["buffer_load", "span?"], "fixed:handle", "Address of an element."),
  effect(
    "tvm_access_ptr",
    ["ptype", "data", "offset", "extent", "rw_mask"],
    "fixed:handle",
    "Typed pointer into a buffer.",
  ),
  pure("handle_add_byte_offset", ["handle", "offset"], "fixed:handle", "Pointer moved by bytes."),
  pure(
    "ptr_byte_offset",
    ["handle", "offset", "dtype"],
    "fixed:handle",
    "Pointer moved by bytes, with a type.",
  ),
  pure("isnullptr", ["x"], "fixed:bool", "Whether a pointer is null."),
  effect(
    "check_index",
    ["index", "extent", "access"],
    "first",
    "The index, when it is at least 0 and below the extent; stops the program otherwise.",
  ),
  effect(
    "prefetch",
    ["address", "rw", "locality", "cache_type"],
    "fixed:void",
    "Brings a line of memory near; says nothing about values.",
  ),
  effect("assume", ["cond"], "fixed:bool", "A fact for the simplifier."),
  effect("ret", ["value"], "fixed:int32", "Returns a value."),
  effect("thread_return", [], "fixed:int32", "Ends the thread."),
  effect("print_buffer", ["buffer", "*args"], "fixed:int32", "Prints a buffer."),
  effect(
    "ignore_loop_partition",
    ["predicate"],
    "first",
    "Keeps loop partitioning from a condition.",
  ),
  effect("tvm_kernel_replace_point", [], "fixed:int32", "Where a kernel is put."),
  effect("lower_intrin", ["*args"], "fixed:int32", "Marks an intrinsic to be lowered."),
];
