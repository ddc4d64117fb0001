/** Names of T that are statements, and all names for suggestions. */
import { intrinsics } from "../../../op/tir/index.js";
import { specialCalls } from "./special-call.js";

/** Members that define names or scopes, so that they cannot stand inside an expression. */
export const statementMembers: ReadonlySet<string> = new Set([
  "func_attr", "match_buffer", "alloc_buffer", "sblock_alloc_buffer", "allocate", "allocate_const", "decl_buffer",
  "buffer_decl", "buffer", "Buffer", "alloc_local", "alloc_shared", "smem", "tmem", "alloc_scalar", "local_scalar",
  "shared_scalar", "decl_scalar", "realize", "buffer_store", "axis.spatial", "axis.S", "axis.reduce", "axis.R",
  "axis.scan", "axis.opaque", "axis.remap", "grid", "serial", "parallel", "vectorized", "unroll", "thread_binding",
  "const_range", "sblock", "block", "init", "where", "reads", "writes", "sblock_attr", "block_attr", "attr",
  "launch_thread", "env_thread", "hint", "evaluate", "LetStmt", "bind", "Bind", "device_entry", "static_assert",
  "break_loop", "continue_loop", "Assert", "Return", "Break", "Continue", "If", "Then", "Else", "While", "let",
]); // prettier-ignore

/** Every plain name below T. */
export function* memberNames(): Iterable<string> {
  yield* statementMembers;
  yield* specialCalls.keys();
  for (const i of intrinsics.all) yield i.name;
  yield* ["int32", "int64", "float32", "float16", "bool", "handle", "uint8", "int8"];
}
