/**
 * Relax functions as WebAssembly functions of the same module as their kernels, so that a call of a network is one
 * call: kernels are called directly, memory comes from the scratch stack, sizes are computed from the symbols. What has
 * no such form, and whatever goes wrong while it runs, is left to the virtual machine.
 */
import { visit } from "../../../ir/core/visit.js";
import type { IRModule } from "../../../ir/module.js";
import type { Func } from "../../../ir/relax/expr.js";
import { dimsOf, type StructInfo } from "../../../ir/relax/struct-info.js";
import { bytesOf, isFloat } from "../../../support/dtype.js";
import type { NDArray } from "../../../support/ndarray.js";
import { leavesOf, type FunctionInfo } from "../../../runtime/wasm/function-info.js";
import type { ModuleContext } from "../codegen/context.js";
import type { Signature } from "../../signature.js";
import { functionBuilder, type FunctionBuilder, type FunctionRef } from "../encoder/function.js";
import { bytesOfDims } from "./call.js";
import { decline, Declined } from "../../decline.js";
import { emitBody } from "./emit.js";
import { hostedKernels } from "./hosted.js";
import { formOf, type FunctionForm } from "../../function-form.js";
import { slotTypes } from "./slot-types.js";
import { constantList, type Place, type Pointer } from "./place.js";
import { leaveIf, MOST_SYMBOL, sizeOf, type Size, type SizeScope } from "./size.js";
import { directOutputs } from "../../../analysis/relax/direct-outputs.js";
import type { Callee, Program, State } from "./state.js";

/** What was compiled. */
export interface CompiledFunctions {
  readonly functions: readonly FunctionInfo[];
  /** Tensors that the functions use, in the order of the table of constants. */
  readonly constants: readonly NDArray[];
  /** Functions that stay bytecode, and why. */
  readonly declined: ReadonlyMap<string, string>;
}

/** Defines and exports a function `function:NAME` for each Relax function that has a WebAssembly form. */
export function compileFunctions(
  shared: ModuleContext,
  module: IRModule,
  signatures: ReadonlyMap<string, Signature>,
  sure: ReadonlySet<string>,
): CompiledFunctions {
  const builder = shared.module;
  const declined = new Map<string, string>();
  const callees = new Map<string, Callee>();
  const attempt = <T>(name: string, work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Declined)) throw error;
      declined.set(name, error.message);
      callees.delete(name);
      return undefined;
    }
  };
  for (const [name, func] of module.functions) {
    if (func.kind !== "relax.Function") continue;
    attempt(name, () => {
      const form = formOf(name, func);
      const ref: FunctionRef = {
        name: `function.${name}`,
        params: slotTypes(form),
        results: ["i32"],
      };
      callees.set(name, { func, form, ref });
    });
  }
  if (callees.size === 0) return { functions: [], constants: [], declined };
  const calls = callGraph(callees);
  const hosted = hostedKernels(new Map([...shared.kernels].map(([name, k]) => [name, k.func])));
  const globals = {
    table: builder.global("i32", 0, "constants"),
    calls: builder.global("i64", 0, "calls_left"),
    depth: builder.global("i32", 0, "depth_left"),
  };
  // A function that calls one that is declined is declined too: repeat until nothing changes.
  for (;;) {
    const constants = constantList();
    const program: Program = { shared, signatures, sure, hosted, callees, constants, ...globals };
    const before = callees.size;
    const bodies = new Map<string, FunctionBuilder>();
    for (const [name, callee] of [...callees]) {
      const body = attempt(name, () => writeFunction(program, callee, calls.get(name)!));
      if (body !== undefined) bodies.set(name, body);
    }
    if (callees.size < before) continue;
    for (const [name, body] of bodies) {
      builder.add(body);
      builder.export(`function:${name}`, defineEntry(shared, callees.get(name)!));
    }
    return {
      functions: [...callees.values()].map((c) => c.form.info),
      constants: constants.items,
      declined,
    };
  }
}

interface CallFacts {
  readonly isCalled: boolean;
  readonly isRecursive: boolean;
}

function callGraph(callees: ReadonlyMap<string, Callee>): Map<string, CallFacts> {
  const targets = new Map<string, Set<string>>();
  for (const [name, { func }] of callees) {
    const found = new Set<string>();
    visit(func.body, {
      enter: (n) => void (n.kind === "ir.GlobalVar" && callees.has(n.name) && found.add(n.name)),
    });
    targets.set(name, found);
  }
  const called = new Set([...targets.values()].flatMap((t) => [...t]));
  const reaches = (from: string): boolean => {
    const seen = new Set<string>();
    const work = [...targets.get(from)!];
    for (let at = work.pop(); at !== undefined; at = work.pop()) {
      if (at === from) return true;
      if (seen.has(at)) continue;
      seen.add(at);
      work.push(...targets.get(at)!);
    }
    return false;
  };
  return new Map(
    [...callees.keys()].map((name) => [
      name,
      { isCalled: called.has(name), isRecursive: called.has(name) && reaches(name) },
    ]),
  );
}

function writeFunction(program: Program, callee: Callee, facts: CallFacts): FunctionBuilder {
  const { func, form, ref } = callee;
  const f = functionBuilder(ref);
  const { shared } = program;
  const frame = { pointer: f.local("i32"), end: f.local("i32") };
  f.getGlobal(shared.stackPointer);
  f.set(frame.pointer);
  f.getGlobal(shared.stackEnd);
  f.set(frame.end);
  if (facts.isCalled) count(f, program.calls, "i64");
  if (facts.isRecursive) count(f, program.depth, "i32");
  const sizes = entrySizes(form);
  const values = new Map<Func["params"][number], Place>();
  const s: State = {
    program,
    f,
    values,
    sizes,
    outputs: [],
    outputOf: (source) => direct.outputOf(source),
  };
  const direct = directOutputs(func, form.result);
  let pointer = 0;
  let scalar = form.pointers;
  const place = (info: StructInfo | undefined): Place => {
    switch (info?.kind) {
      case "relax.TensorInfo": {
        const dims = (dimsOf(info) ?? []).map((e) => sizeOf(f, sizes, e));
        const at: Pointer = { kind: "local", local: pointer++, offset: 0 };
        return { kind: "tensor", dtype: info.dtype!, dims, pointer: at, owned: false };
      }
      case "relax.TupleInfo":
        return { kind: "tuple", fields: info.fields.map(place) };
      case "relax.ShapeInfo":
        return { kind: "shape", dims: (info.values ?? []).map((e) => sizeOf(f, sizes, e)) };
      case "relax.PrimInfo":
        if (isFloat(info.dtype)) return { kind: "float", bits: scalar++ };
        if (info.value !== undefined)
          return { kind: "integer", size: sizeOf(f, sizes, info.value) };
        return decline("a scalar has no symbol");
      default:
        return decline("a parameter is no tensor, shape or scalar");
    }
  };
  func.params.forEach((p, i) => values.set(p, place(form.params[i])));
  const first = form.pointers + form.scalars + form.symbols.length;
  const outputs = form.outputInfos.map((info, k) => {
    const dims = (dimsOf(info) ?? []).map((e) => sizeOf(f, sizes, e));
    const { dtype } = form.outputs[k]!;
    const bytes = bytesOfDims(s, dims, bytesOf(dtype));
    return { pointer: { kind: "local", local: first + k, offset: 0 } as const, dtype, dims, bytes };
  });
  emitBody({ ...s, outputs }, func);
  if (facts.isRecursive) {
    f.getGlobal(program.depth);
    f.i32(1);
    f.op("i32.add");
    f.setGlobal(program.depth);
  }
  f.get(frame.pointer);
  f.setGlobal(shared.stackPointer);
  f.get(frame.end);
  f.setGlobal(shared.stackEnd);
  f.i32(0);
  return f;
}

/** Takes one from a global; leaves the function when nothing is left. */
function count(f: FunctionBuilder, global: number, type: "i32" | "i64"): void {
  f.getGlobal(global);
  if (type === "i32") f.i32(1);
  else f.i64(1);
  f.op(`${type}.sub`);
  f.setGlobal(global);
  f.getGlobal(global);
  if (type === "i32") f.i32(0);
  else f.i64(0);
  f.op(`${type}.lt_s`);
  leaveIf(f);
}

/** Symbols are parameters; the caller makes sure that they are within ±{@link MOST_SYMBOL}. */
function entrySizes(form: FunctionForm): SizeScope {
  const lengths = new Set<number>();
  for (const leaf of form.info.params.flatMap(leavesOf)) {
    if (leaf.kind !== "tensor") continue;
    for (const d of leaf.shape) if ("symbol" in d) lengths.add(d.id);
  }
  const from = form.pointers + form.scalars;
  const symbols = new Map(
    form.symbols.map((v, id): [typeof v, Size] => {
      const low = lengths.has(id) ? 0n : -MOST_SYMBOL;
      return [v, { kind: "local", local: from + id, low, high: MOST_SYMBOL }];
    }),
  );
  return { symbols, known: new Map() };
}

/** `(i32 block) → i32 status`: reads the 8-byte slots and calls. */
function defineEntry(shared: ModuleContext, { ref }: Callee): FunctionRef {
  const entry = shared.module.declare(`entry.${ref.name}`, ["i32"], ["i32"]);
  shared.module.define(entry, (f) => {
    ref.params.forEach((type, k) => {
      f.get(0);
      f.memory(type === "i32" ? "i32.load" : "i64.load", 8 * k);
    });
    f.call(ref);
  });
  return entry;
}
