/** Intrinsics of accelerators that are called by a plain name; whole namespaces (`T.ptx.*`) are open. */
import type { Intrinsic, ResultRule } from "./intrinsic.js";

const gpu = (
  name: string,
  params: readonly string[],
  result: ResultRule,
  aliases: readonly string[] = [],
): Intrinsic => ({
  name,
  aliases,
  params,
  result,
  pure: false,
  summary: "Accelerator intrinsic.",
});
const typed = (...names: readonly string[]): Intrinsic[] =>
  names.map((name) => gpu(name, ["*args"], "leading"));
const plain = (result: ResultRule, ...names: readonly string[]): Intrinsic[] =>
  names.map((name) => gpu(name, ["*args"], result));

export const accelerator: readonly Intrinsic[] = [
  gpu("tvm_thread_allreduce", ["*args"], "fixed:handle"),
  gpu("tvm_storage_sync", ["storage_scope", "is_load?", "num_blocks?"], "fixed:int32"),
  gpu("tvm_thread_invariant", ["cond"], "first"),
  gpu("tvm_warp_shuffle", ["mask", "value", "warp_id", "width", "warp_size"], "second"),
  gpu("tvm_warp_shuffle_up", ["mask", "value", "offset", "width", "warp_size"], "second"),
  gpu("tvm_warp_shuffle_down", ["mask", "value", "offset", "width", "warp_size"], "second"),
  gpu("tvm_warp_shuffle_xor", ["mask", "value", "offset", "width", "warp_size"], "second"),
  gpu("tvm_warp_activemask", [], "fixed:uint32"),
  gpu("tvm_global_barrier_kinit", [], "fixed:int32"),
  ...plain(
    "fixed:handle",
    "tvm_load_matrix_sync", "tvm_store_matrix_sync", "tvm_mma_sync", "tvm_fill_fragment", "tvm_bmma_sync",
    "cooperative_tensor_fill", "cooperative_tensor_load", "cooperative_tensor_store",
    "cooperative_tensor_multiply_accumulate", "make_filled_simdgroup_matrix", "simdgroup_load", "simdgroup_store",
    "simdgroup_multiply_accumulate",
  ), // prettier-ignore
  ...typed(
    "ptx_mma",
    "ptx_mma_sp",
    "ptx_ldmatrix",
    "ptx_cp_async",
    "ptx_cp_async_bulk",
    "mma_store",
    "mma_fill",
  ),
  ...plain(
    "fixed:int32",
    "ptx_commit_group", "ptx_wait_group", "create_barriers", "ptx_cp_async_barrier", "ptx_init_barrier_thread_count",
    "ptx_arrive_barrier", "ptx_arrive_barrier_expect_tx", "ptx_wait_barrier",
  ), // prettier-ignore
  gpu("warpgroup_id", ["*args"], "fixed:int32"),
  gpu("elected", [], "fixed:bool"),
];

/** Namespaces below `T` whose members are calls that are kept as written. */
export const openNamespaces: ReadonlySet<string> = new Set([
  "ptx", "ptx_legacy", "cuda", "nki", "nvshmem", "metal", "s_tir", "webgpu", "cta", "tile", "cgra", "hexagon", "rocm",
  "vulkan", "warp", "warpgroup", "cluster", "thread", "wg",
]); // prettier-ignore
