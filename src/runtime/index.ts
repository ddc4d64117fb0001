/** The runtime: loads and runs artefacts. Holds no part of the compiler. */
export { load, type Inputs, type Invocation, type LoadOptions, type Program } from "./api/load.js";
export type { Input, Output } from "./api/convert.js";
export type { FunctionSignature, Size, ValueType } from "./api/signature.js";
export type { Tensor, TensorData, TensorInput } from "./api/tensor.js";
export { DiagnosticError, type Diagnostic } from "../support/diagnostic.js";
export { decodeArtefact, type Artefact } from "../artefact/index.js";
export { loadArtefact, loadGraph } from "./load-artefact.js";
export { makeProfiler, type CallRecord, type Profiler } from "./profile/profiler.js";
export { profileText, summarise, type KernelTime } from "./profile/summary.js";
export { traceJson } from "./profile/trace.js";
export type { GraphExecutor } from "./graph/executor.js";
export type { LaidOut } from "./graph/laid-out.js";
export { writeKernelTable, type KernelTable } from "./kernel-table.js";
export { dumpExecutable } from "./vm/dump.js";
export { makeMachine, type Machine, type MachineOptions } from "./vm/machine.js";
export { memoryDevice, wasmDevice, type Device, type HostKernel } from "./vm/device.js";
export { makeSession, type Session } from "./vm/session.js";
export * from "../support/value.js";
