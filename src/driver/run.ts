/** Runs programs: from a module on the reference interpreter, or from an artefact on the virtual machine. */
import type { Artefact } from "../artefact/index.js";
import { encodeArtefact } from "../artefact/index.js";
import { interpret } from "../interp/index.js";
import type { Attrs } from "../ir/core/node.js";
import type { IRModule } from "../ir/module.js";
import {
  relaxFunction,
  relaxVar,
  seqExpr,
  shapeExpr,
  tuple,
  type Func,
  type Var,
} from "../ir/relax/expr.js";
import { objectInfo, primInfo, tensorInfo, type StructInfo } from "../ir/relax/struct-info.js";
import type { PrimFunc } from "../ir/tir/function.js";
import { loadArtefact, loadGraph } from "../runtime/load-artefact.js";
import type { Profiler } from "../runtime/profile/profiler.js";
import { DiagnosticError } from "../support/diagnostic.js";
import { handle } from "../support/dtype.js";
import { didYouMean } from "../support/suggest.js";
import type { HostCode, Value } from "../support/value.js";
import { codes } from "./codes.js";
import { guardsOf } from "./guards.js";
import { startThread } from "../native/threads.js";
import { loadNative } from "./native.js";
import { NUM_INPUT, RANDOM } from "./random-weights.js";

/** What a function is called with; the body is empty. */
export type Signature = Func;

const signatureFunc = (
  { name, isPrivate }: Pick<Signature, "name" | "isPrivate">,
  params: readonly Var[],
  retSinfo: StructInfo,
  attrs: Attrs,
): Signature =>
  relaxFunction({
    name,
    params,
    body: seqExpr([], tuple([])),
    retSinfo,
    isPure: false,
    isPrivate,
    attrs,
  });

/** Attribute of the signatures of T functions, which give back what they store to their tensors. */
const KERNEL = "relaxc.kernel";

/** Whether the signature is that of a T function. */
export const isKernel = (signature: Signature): boolean => signature.attrs.has(KERNEL);

/** Signatures of all Relax functions, and of T functions: their parameters as tensors and scalars. */
export function signaturesOf(module: IRModule): Map<string, Signature> {
  const all = new Map<string, Signature>();
  for (const [name, func] of module.functions) {
    if (func.kind === "ir.ExternFunc") continue;
    const { isPrivate } = func;
    const made =
      func.kind === "relax.Function"
        ? signatureFunc({ name, isPrivate }, func.params, func.retSinfo, inputAttrs(func.attrs))
        : signatureFunc(
            { name, isPrivate },
            primParams(func),
            objectInfo,
            new Map([[KERNEL, true]]),
          );
    all.set(name, made);
  }
  return all;
}

/** What random inputs depend on. */
const inputAttrs = (attrs: Attrs): Attrs =>
  new Map([...attrs].filter(([name]) => name === NUM_INPUT || name === RANDOM));

const primParams = (func: PrimFunc): Var[] =>
  func.params.map((p) => {
    const { buffer } = p;
    if (buffer === undefined)
      return relaxVar(
        p.var.name,
        p.var.dtype === handle ? objectInfo : primInfo(p.var.dtype, p.var),
        {
          span: p.span,
        },
      );
    const info = tensorInfo({ shape: shapeExpr(buffer.shape), dtype: buffer.dtype });
    return relaxVar(buffer.name, info, { span: p.span });
  });

/** The function to start: the one named, else `main`, else the only public one. Throws a DiagnosticError. */
export function chooseEntry(
  signatures: ReadonlyMap<string, Signature>,
  wanted: string | undefined,
): Signature {
  const names = [...signatures.keys()];
  if (names.length === 0) throw new DiagnosticError(codes.noFunctions({}));
  const open = names.filter((name) => !signatures.get(name)!.isPrivate);
  const lone = open.length === 1 ? open[0]! : "main";
  const entry = wanted ?? (names.includes("main") ? "main" : lone);
  const found = signatures.get(entry);
  const known = (open.length > 0 ? open : names).map((n) => `\`${n}\``).join(", ");
  if (found === undefined) {
    const near = didYouMean(entry, names);
    throw new DiagnosticError(
      codes.noEntry({ entry, known, hints: near === undefined ? [] : [near] }),
    );
  }
  // A T function can be started by itself even so.
  if (found.isPrivate && !isKernel(found)) {
    throw new DiagnosticError(codes.privateEntry({ at: found.span, entry, known }));
  }
  return found;
}

export type Executor = "vm" | "graph";

export interface RunHooks {
  /** Takes the lines that a program prints. */
  readonly print: (text: string) => void;
  /** Loop iterations (interpreter) or instructions (machine) after which the program is stopped. */
  readonly stepLimit?: number | undefined;
  /** What runs an artefact; default: the virtual machine. */
  readonly executor?: Executor | undefined;
  /** Functions outside that kernels call. */
  readonly hosts?: ReadonlyMap<string, HostCode> | undefined;
  /** Takes the times of kernels. */
  readonly profiler?: Profiler | undefined;
  /** Bytes of tensors (machine: all in use at once; interpreter: of one allocation). */
  readonly memoryLimit?: number | undefined;
}

/** Without the limits that are not set. */
const optionsOf = ({ print, hosts, stepLimit, memoryLimit }: RunHooks) => ({
  print,
  ...(hosts && { hosts }),
  ...(stepLimit !== undefined && { stepLimit }),
  ...(memoryLimit !== undefined && { memoryLimit }),
});

/** Runs on the reference interpreter. Throws a DiagnosticError when the program stops. */
export function runOnInterpreter(
  module: IRModule,
  entry: string,
  args: readonly Value[],
  hooks: RunHooks,
): Value {
  const guards = new Map<PrimFunc, { readonly cond: import("../ir/tir/expr.js").PrimExpr }[]>();
  for (const [name, list] of guardsOf(module)) {
    const func = module.functions.get(name);
    if (func?.kind === "tir.PrimFunc") guards.set(func, [...list]);
  }
  const outcome = interpret(module, entry, args, { guards, ...optionsOf(hooks) });
  if (outcome.ok) return outcome.value;
  throw new DiagnosticError(outcome.diagnostic);
}

/** Runs an artefact. Throws a DiagnosticError when the program stops. */
export function runArtefact(
  bytes: Uint8Array,
  file: string,
  entry: string,
  args: readonly Value[],
  hooks: RunHooks,
): Value {
  const options = {
    ...optionsOf(hooks),
    profiler: hooks.profiler,
    native: loadNative,
    startThread,
  };
  return hooks.executor === "graph"
    ? loadGraph(bytes, file, options).invoke(entry, args)
    : loadArtefact(bytes, file, options).invoke(entry, args);
}

export const artefactBytes = (artefact: Artefact): Uint8Array => encodeArtefact(artefact);
