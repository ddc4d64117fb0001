/** Bytecode for the virtual machine. */
export { compileVm, type CompileVmOptions } from "./compile.js";
export { kernelSignature } from "./kernel-signature.js";
