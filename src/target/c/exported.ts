/** The functions of a C interface as calls of kernels, for code that another generator makes. */
import { handle, type DType } from "../../support/dtype.js";
import type { ExportArgument, ExportCall, ExportedFunction, Exports } from "../exported-function.js"; // prettier-ignore
import type { CInterface } from "./interface.js";
import { hasSideFile, memoryName, modelParams, needsMemory, rolesOf, sizeArgs, sizeParams, type Model } from "./model.js"; // prettier-ignore

/** All that other files may call. */
export const exportsOf = ({ prefix, kernels, models }: CInterface): Exports => ({
  statusText: `${prefix}_status`,
  functions: [
    ...models.flatMap(modelFunctions),
    ...[...kernels.values()]
      .filter((k) => k.isPublic)
      .map((k): ExportedFunction => {
        const { pointers, scalars, symbols } = k.signature;
        const params = [...pointers, ...scalars, ...symbols].map((v) => v.dtype);
        const args = params.map((_, at): ExportArgument => ({ kind: "param", at }));
        return { symbol: k.symbol, params, call: { kernel: k.name, args }, gives: "status" };
      }),
  ],
});

/** The function that runs a model, and the one that tells how much memory it needs. */
function modelFunctions(m: Model): ExportedFunction[] {
  const roles = rolesOf(m);
  const params = modelParams(m).map(({ name }) => name);
  const isGiven = (name: string): ExportArgument => ({ kind: "param", at: params.indexOf(name) });
  const typeOf = (name: string): DType => roles.find((p) => p.name === name)?.var?.dtype ?? handle;
  const measure = (names: readonly string[]): ExportCall | undefined =>
    m.size && {
      kernel: m.size.name,
      args: sizeArgs(m, sizeParams(m)).map((name) => ({ kind: "param", at: names.indexOf(name) })),
    };
  const args = roles.map((p): ExportArgument => {
    if (p.role === "bytes") return { kind: "measured" };
    if (p.role === "workspace") return isGiven("memory");
    if (p.role !== "constants" || hasSideFile(m)) return isGiven(p.name);
    return { kind: "constant", bytes: m.described.constants! };
  });
  const run: ExportedFunction = {
    symbol: m.symbol,
    params: params.map(typeOf),
    call: { kernel: m.kernel.name, args },
    measure: roles.some((p) => p.role === "bytes") ? measure(params) : undefined,
    gives: "status",
  };
  if (!needsMemory(m)) return [run];
  const sizes = sizeParams(m).map((p) => p.name);
  const memory: ExportedFunction = {
    symbol: memoryName(m),
    params: sizes.map(typeOf),
    call: measure(sizes)!,
    gives: "value",
  };
  return [memory, run];
}
