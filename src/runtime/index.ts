/** The runtime: loads and runs artefacts. Holds no part of the compiler. */
export { decodeArtefact, type Artefact } from "../artefact/index.js";
export { loadArtefact } from "./load-artefact.js";
export { writeKernelTable, type KernelTable } from "./kernel-table.js";
export { dumpExecutable } from "./vm/dump.js";
export { makeMachine, type Machine, type MachineOptions } from "./vm/machine.js";
export { memoryDevice, wasmDevice, type Device, type HostKernel } from "./vm/device.js";
export { makeSession, type Session } from "./vm/session.js";
export * from "../support/value.js";
