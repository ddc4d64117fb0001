/** Kernels of the virtual machine whose calls are timed. */
import type { KernelCode } from "../vm/kernel-call.js";
import type { Profiler } from "./profiler.js";

export const profiled =
  (name: string, run: KernelCode, profiler: Profiler): KernelCode =>
  (vm, args) => {
    const start = profiler.now();
    const value = run(vm, args);
    const end = profiler.now();
    const shapes = args.flatMap((a) => (a.kind === "tensor" ? [a.shape] : []));
    profiler.record({ name, shapes, start, end });
    return value;
  };
