// Made by `npm run gen` from the code tables (`codes.ts` of each folder).
import { codesOf, type Code, type CodeInfo, type CodeTable } from "../support/diagnostic.js";

type AnyTable = CodeTable<Record<string, CodeInfo>>;
const tables: readonly (() => Promise<unknown>)[] = [
  async () => (await import("../../grammar/codes.js")).syntaxCodes,
  async () => (await import("../analysis/codes.js")).sco,
  async () => (await import("../analysis/codes.js")).shp,
  async () => (await import("../analysis/codes.js")).wft,
  async () => (await import("../analysis/relax/codes.js")).wfr,
  async () => (await import("../artefact/codes.js")).codes,
  async () => (await import("./codes.js")).codes,
  async () => (await import("./codes.js")).internalCodes,
  async () => (await import("../driver/codes.js")).codes,
  async () => (await import("../import/codes.js")).importCodes,
  async () => (await import("../interp/codes.js")).codes,
  async () => (await import("../op/codes.js")).shapeCodes,
  async () => (await import("../op/codes.js")).typeCodes,
  async () => (await import("../plan/codes.js")).codes,
  async () => (await import("../runtime/codes.js")).codes,
  async () => (await import("../schedule/block-codes.js")).blockCodes,
  async () => (await import("../schedule/codes.js")).codes,
  async () => (await import("../schedule/loop-codes.js")).loopCodes,
  async () => (await import("../schedule/query-codes.js")).queryCodes,
  async () => (await import("../support/json/codes.js")).codes,
  async () => (await import("../syntax/codes.js")).codes,
  async () => (await import("../syntax/relax-codes.js")).relaxCodes,
  async () => (await import("../target/c/codes.js")).codes,
  async () => (await import("../target/cgra/codes.js")).codes,
  async () => (await import("../target/cgra/host/codes.js")).codes,
  async () => (await import("../target/cgra/machine/codes.js")).machineCodes,
  async () => (await import("../target/codes.js")).codegenCodes,
  async () => (await import("../target/graph/codes.js")).codes,
  async () => (await import("../target/llvm/codes.js")).codes,
  async () => (await import("../target/vm/codes.js")).codes,
  async () => (await import("../target/wasm/codes.js")).codes,
  async () => (await import("../template/codes.js")).codes,
  async () => (await import("../transform/codes.js")).codes,
  async () => (await import("../transform/relax/aot/codes.js")).codes,
  async () => (await import("../transform/relax/gradient/codes.js")).codes,
  async () => (await import("../transform/relax/pattern/codes.js")).codes,
];

/** Every diagnostic code, in order. */
export async function allCodes(): Promise<readonly Code[]> {
  const loaded = await Promise.all(tables.map((load) => load()));
  const codes = loaded.flatMap((table) => codesOf(table as AnyTable));
  return codes.sort((a, b) => (a.code < b.code ? -1 : 1));
}
