/** Public Relax functions as one native call each: loop functions that call the kernels of the module. */
import { visit } from "../ir/core/visit.js";
import { irModule, type IRModule } from "../ir/module.js";
import type { Func } from "../ir/relax/expr.js";
import type { Var } from "../ir/tir/expr.js";
import { leavesOf, type FunctionInfo } from "../runtime/wasm/function-info.js";
import { Diagnostics } from "../support/diagnostic.js";
import type { NDArray } from "../support/ndarray.js";
import { Declined } from "../target/decline.js";
import { formOf, type FunctionForm } from "../target/function-form.js";
import { lowerToLoops, type AotFunction } from "../transform/relax/aot/lower.js";

/** Functions that need no virtual machine to run. */
export interface WholeFunctions {
  /** The kernels, and the functions as loop functions. */
  readonly module: IRModule;
  readonly functions: readonly FunctionInfo[];
  /** Tensors that the functions take, in the order of their places. */
  readonly constants: readonly NDArray[];
}

/** Lowers those that take and give tensors; what cannot be lowered stays with the virtual machine. */
export function wholeFunctions(module: IRModule): WholeFunctions {
  const kernels = [...module.functions].filter(([, f]) => f.kind === "tir.PrimFunc");
  const all = new Map(kernels);
  const functions: FunctionInfo[] = [];
  const places = new Map<NDArray, number>();
  const placeOf = (tensor: NDArray): number => {
    const place = places.get(tensor) ?? places.size;
    places.set(tensor, place);
    return place;
  };
  for (const [name, func] of module.functions) {
    if (func.kind !== "relax.Function" || func.isPrivate) continue;
    const form = tensorForm(name, func);
    if (form === undefined) continue;
    const constants = "separate";
    const made = lowerToLoops(module, new Diagnostics(), { constants, functions: new Set([name]) });
    const described = made?.functions[0];
    const info = described && infoOf(form, described, placeOf);
    if (info === undefined) continue;
    for (const added of [name, info.native?.workspace?.kernel]) {
      const loops = added === undefined ? undefined : made!.module.functions.get(added);
      if (loops !== undefined) all.set(added!, loops);
    }
    functions.push(info);
  }
  return { module: irModule(all, module), functions, constants: [...places.keys()] };
}

/** Undefined when not all it takes and gives are tensors, or it calls the host. */
function tensorForm(name: string, func: Func): FunctionForm | undefined {
  let isAlone = true;
  visit(func.body, { enter: (n) => void (n.kind === "ir.ExternFunc" && (isAlone = false)) });
  if (!isAlone) return undefined;
  try {
    const form = formOf(name, func);
    const leaves = form.info.params.flatMap(leavesOf);
    return leaves.every((l) => l.kind === "tensor") ? form : undefined;
  } catch (error) {
    if (error instanceof Declined) return undefined;
    throw error;
  }
}

/** Undefined when its workspace depends on what is no symbol of the parameters. */
function infoOf(
  { info, symbols }: FunctionForm,
  described: AotFunction,
  placeOf: (tensor: NDArray) => number,
): FunctionInfo | undefined {
  const numbers = new Map<Var, number>(symbols.map((v, k) => [v, k]));
  const sizes = described.symbols.map((v) => numbers.get(v));
  if (!sizes.every((n) => n !== undefined)) return undefined;
  const { workspace: kernel, tensors = [] } = described;
  return {
    ...info,
    native: {
      constants: tensors.map(placeOf),
      ...(kernel !== undefined && { workspace: { kernel, symbols: sizes } }),
    },
  };
}
