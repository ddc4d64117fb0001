/** From T functions with loops for a fabric to host functions that drive it, and the kernels that it runs. */
import { exprText } from "../../../arith/index.js";
import { visit } from "../../../ir/core/visit.js";
import { globalVar, irModule, type BaseFunc, type IRModule } from "../../../ir/module.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import { call, callGlobal, compare, intImm, logic, makeVar, stringImm, unary, type CallArg, type CallGlobal, type PrimExpr, type Var } from "../../../ir/tir/expr.js"; // prettier-ignore
import type { PrimFunc } from "../../../ir/tir/function.js";
import { assertStmt, evaluate, ifStmt, seq } from "../../../ir/tir/stmt.js";
import { DiagnosticError, type Diagnostic, type Sink } from "../../../support/diagnostic.js";
import { int32, voidType } from "../../../support/dtype.js";
import { copyFunction, freshGlobal } from "../../../transform/relax/rewrite/index.js";
import { runPipeline, step } from "../../../transform/pipeline.js";
import { doubleBuffered } from "../../../transform/tir/double-buffer-tiles.js";
import { KERNEL, splitCgraKernels } from "../../../transform/tir/split-cgra-kernels.js";
import { addIndex, castIndex } from "../../../transform/tir/strides.js";
import type { BufferPlace } from "../dfg/loop-kernel.js";
import type { Fabric } from "../fabric/fabric.js";
import { codes } from "./codes.js";
import { ON_HOST } from "./externs.js";
import { lowerHost, viewOffset, type LaunchNumbers, type LoweredHost } from "./lower-host.js";
import { hostForm } from "./host-form.js";
import { placeScratchpad, type Place } from "./place-scratchpad.js";

/** A kernel as it was compiled; what it needs at launch stands over the parameters of its function. */
export interface CompiledKernel {
  readonly liveins: readonly { readonly name: string; readonly value: PrimExpr }[];
  /** What must hold at a launch, over the same. */
  readonly conditions: readonly PrimExpr[];
}

/** Compiles the function of a kernel for a fabric, or says why not. */
export type KernelCompiler<K extends CompiledKernel> = (
  func: PrimFunc,
  places: ReadonlyMap<Buffer, BufferPlace>,
) => K | Diagnostic;

export interface HostProgram<K extends CompiledKernel> {
  /** Without the kernels; functions that drive the fabric call `cgra_…` functions. */
  readonly module: IRModule;
  readonly kernels: ReadonlyMap<string, K>;
  /** Functions that have loops for a fabric and run on the host, with the reason. */
  readonly onHost: ReadonlyMap<string, string>;
}

/**
 * Of which functions with kernels there is a version for the host, too: of all, since the fabric may not be there; of
 * those whose sizes the fabric may not take; of none, so that what the fabric does not run is an error.
 */
export type Fallbacks = "all" | "sizes" | "none";

export interface HostOptions {
  readonly fallbacks?: Fallbacks | undefined;
}

/** Undefined when errors were reported; what has to run on the host is a warning. */
export function compileHost<K extends CompiledKernel>(
  module: IRModule,
  fabric: Fabric,
  compileKernel: KernelCompiler<K>,
  sink: Sink,
  { fallbacks = "all" }: HostOptions = {},
): HostProgram<K> | undefined {
  const split = runPipeline(module, [step(splitCgraKernels)], sink);
  if (split === undefined) return undefined;
  const kernelFuncs = new Map<string, PrimFunc>();
  for (const [name, f] of split.functions)
    if (f.kind === "tir.PrimFunc" && f.attrs.has(KERNEL)) kernelFuncs.set(name, f);
  const functions = new Map<string, BaseFunc>();
  const kernels = new Map<string, K>();
  const onHost = new Map<string, string>();
  const taken = new Set<string>();
  let isMissing = false;
  for (const [name, func] of split.functions) {
    if (kernelFuncs.has(name)) continue;
    const calls = func.kind === "tir.PrimFunc" ? kernelCalls(func, kernelFuncs) : [];
    const original = module.functions.get(name) ?? func;
    if (func.kind !== "tir.PrimFunc" || original.kind !== "tir.PrimFunc" || calls.length === 0) {
      functions.set(name, func);
      continue;
    }
    try {
      const made = driven(func);
      for (const [kernel, compiled] of made.kernels) kernels.set(kernel, compiled);
      if (fallbacks === "none") {
        functions.set(name, insisting(made.host));
        continue;
      }
      if (fallbacks === "sizes" && made.host.conditions.length === 0) {
        functions.set(name, { ...made.host.func, body: seq([evaluate(asked(func)), made.host.func.body]) }); // prettier-ignore
        continue;
      }
      const fallback = freshGlobal(split, `${name}_on_host`, taken);
      taken.add(fallback);
      functions.set(fallback, {
        ...hostForm(copyFunction(original)),
        name: fallback,
        isPrivate: true,
      });
      functions.set(name, choosing(made.host, fallback));
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      if (fallbacks === "none" && error.diagnostic.severity === "warning") {
        const { message, span: at } = error.diagnostic;
        sink.report(codes.noHostVersion({ func: name, fabric: fabric.name, because: message, at }));
        isMissing = true;
        continue;
      }
      sink.report(error.diagnostic);
      if (error.diagnostic.severity === "error") return undefined;
      onHost.set(name, error.diagnostic.message);
      functions.set(name, hostForm(original));
    }
  }
  if (isMissing) return undefined;
  if (kernels.size === 0 && onHost.size === 0)
    sink.report(codes.nothingThere({ fabric: fabric.name }));
  return { module: irModule(functions, module), kernels, onHost };

  /** The function as it drives the fabric, with buffers twice where they fit; throws a DiagnosticError. */
  function driven(func: PrimFunc) {
    const twice = doubleBuffered(func, split!);
    const best = placeScratchpad(twice, kernelFuncs, fabric);
    if (!("diagnostic" in best)) return drive(twice, best.places);
    const placed = placeScratchpad(func, kernelFuncs, fabric);
    if ("diagnostic" in placed) throw new DiagnosticError(placed.diagnostic);
    return drive(func, placed.places);
  }

  function drive(func: PrimFunc, placed: ReadonlyMap<Buffer, Place>) {
    const owners = new Map([...placed.keys()].map((b) => [b.data, b]));
    const compiled = new Map<string, K>();
    const launches = new Map<string, LaunchNumbers>();
    for (const e of kernelCalls(func, kernelFuncs)) {
      const { name } = e.callee;
      const kernel = kernelFuncs.get(name)!;
      const { places, offsets } = placesOf(kernel, e.args, placed, owners);
      const made = compileKernel(kernel, places);
      if ("severity" in made) throw new DiagnosticError(made);
      compiled.set(name, made);
      const liveins = made.liveins.map((l) => l.value);
      launches.set(name, { func: kernel, liveins, conditions: made.conditions, offsets });
    }
    return { host: lowerHost(func, placed, launches, fabric), kernels: compiled };
  }
}

/** The calls of kernels in a function. */
function kernelCalls(func: PrimFunc, kernels: ReadonlyMap<string, PrimFunc>): CallGlobal[] {
  const found: CallGlobal[] = [];
  visit(func.body, {
    enter: (n) => void (n.kind === "tir.CallGlobal" && kernels.has(n.callee.name) && found.push(n)),
  });
  return found;
}

/** Where the buffers of a kernel are; offsets that differ from launch to launch have names, equal ones the same. */
function placesOf(
  kernel: PrimFunc,
  args: readonly CallArg[],
  placed: ReadonlyMap<Buffer, Place>,
  owners: ReadonlyMap<Var, Buffer>,
) {
  const places = new Map<Buffer, BufferPlace>();
  const offsets = new Map<Var, PrimExpr>();
  const named = new Map<string, Var>();
  kernel.params.forEach(({ buffer }, k) => {
    const arg = args[k];
    if (buffer === undefined || arg?.kind !== "tir.Buffer") return;
    const { bank, address } = placed.get(owners.get(arg.data)!)!;
    const offset = viewOffset(arg);
    let by = castIndex(offset, int32);
    if (offset.kind !== "tir.IntImm") {
      const key = exprText(offset);
      const name = named.get(key) ?? makeVar(`${buffer.name}_offset`, int32);
      named.set(key, name);
      offsets.set(name, offset);
      by = name;
    }
    places.set(buffer, { bank, address: addIndex(intImm(address), by) });
  });
  return { places, offsets };
}

/** Asks whether the host has to compute the function; where a fabric counts, this is where the function begins. */
const asked = ({ name }: PrimFunc): PrimExpr =>
  call("call_extern", [stringImm(ON_HOST), stringImm(name)], int32);

/** The function that fails where there is no fabric, or sizes it cannot take. */
function insisting({ func, conditions }: LoweredHost): PrimFunc {
  const isThere: PrimExpr = compare("eq", asked(func), intImm(0));
  const fits = conditions.map((c) => assertStmt(c, [`the fabric cannot take these sizes: ${exprText(c)} is needed`])); // prettier-ignore
  return { ...func, body: seq([...fits, assertStmt(isThere, ["there is no fabric"]), func.body]) };
}

/** The function that has the host compute where there is no fabric, or sizes it cannot take. */
function choosing({ func, conditions }: LoweredHost, fallback: string): PrimFunc {
  const isOnHost: PrimExpr = compare("ne", asked(func), intImm(0));
  const cannot = conditions.map((c): PrimExpr => unary("not", c));
  const args = func.params.map((p): CallArg => p.buffer ?? p.var);
  const instead = evaluate(callGlobal(globalVar(fallback), args, voidType));
  const chosen = [...cannot, isOnHost].reduce((a, b) => logic("or", a, b));
  return { ...func, body: ifStmt(chosen, instead, func.body) };
}
