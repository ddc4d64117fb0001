/** Instructions that Node 20 has, but does not allow unless asked. */
import { setFlagsFromString } from "node:v8";

/** Allows relaxed SIMD; of no effect after the first WebAssembly code was compiled. */
export function allowRelaxedSimd(): void {
  if (Number(process.versions.node.split(".")[0]) < 21)
    setFlagsFromString("--experimental-wasm-relaxed-simd");
}
