/** Templates of a small library, instantiated for calls written as text. */
import { readFileSync } from "node:fs";
import { Analyzer } from "../../../src/arith/index.js";
import { checkModule } from "../../../src/analysis/index.js";
import { buildForWasm } from "../../../src/driver/build.js";
import { artefactBytes, runArtefact, runOnInterpreter } from "../../../src/driver/run.js";
import { visit } from "../../../src/ir/core/visit.js";
import { structuralEqual } from "../../../src/ir/core/equal.js";
import { irModule } from "../../../src/ir/module.js";
import type { Call } from "../../../src/ir/relax/expr.js";
import type { PrimFunc } from "../../../src/ir/tir/function.js";
import type { LoweringSite } from "../../../src/op/lowering.js";
import { lookupOp } from "../../../src/op/registry.js";
import { tensorInfo, tupleInfo, type StructInfo } from "../../../src/ir/relax/struct-info.js";
import { Diagnostics, type Diagnostic } from "../../../src/support/diagnostic.js";
import { sameTensor, zeros, type NDArray } from "../../../src/support/ndarray.js";
import { dtype } from "../../../src/support/dtype.js";
import { tensorValue } from "../../../src/support/value.js";
import { compileWasm } from "../../../src/target/wasm/index.js";
import { parseModule, printModule } from "../../../src/syntax/index.js";
import {
  bindSignature,
  instantiate,
  type CallFacts,
  type Instance,
} from "../../../src/template/index.js";
import { makeLibrary, type TemplateLibrary } from "../../../src/template/library/library.js";
import { viewOf } from "../../../src/template/select/facts.js";

const prelude = { name: "prelude.relax", text: readFileSync("stdlib/prelude.relax", "utf8") };

/** A library of this text, the prelude beside it. */
export const libraryOf = (text: string): TemplateLibrary =>
  makeLibrary("test", [prelude, { name: "test.relax", text }]);

/** The facts of the only call in a program: `(x: R.Tensor((4,), "float32")): R.exp(x)`. */
export function factsOf(program: string): CallFacts {
  const cut = program.indexOf("): ") + 1;
  const text = `@R.function\ndef main${program.slice(0, cut)}:\n    z = ${program.slice(cut + 2)}\n    return z\n`;
  const sink = new Diagnostics();
  const module = parseModule({ name: "call.relax", text }, sink);
  if (sink.failed) throw new Error(sink.all.map((d) => d.message).join("\n"));
  let call: Call | undefined;
  for (const func of module.functions.values())
    if (func.kind === "relax.Function")
      visit(func, {
        enter(node) {
          if (node.kind === "relax.Call") call ??= node;
        },
      });
  const analyzer = new Analyzer();
  const infoOf = (e: Call["args"][number]): StructInfo =>
    e.kind === "relax.Tuple"
      ? tupleInfo(e.fields.map(infoOf))
      : ("sinfo" in e && e.sinfo) || tensorInfo({});
  const site: LoweringSite = {
    analyzer,
    nameOf: (f) => f.name,
    infer: {
      infoOf,
      signature: () => undefined,
      equal: (a, b) => analyzer.equal(a, b),
      simplify: (e) => analyzer.simplify(e),
      report: () => undefined,
      guard: () => undefined,
    },
  };
  const op = lookupOp(call!.op.kind === "relax.Op" ? call!.op.name : "");
  const view = viewOf(op!, call!, site);
  if (!("facts" in view)) throw new Error(view.message);
  return view.facts;
}

/** The instance for a call by the first template that applies, or why there is none. */
export function instanceFor(library: TemplateLibrary, program: string): Instance | Diagnostic {
  const facts = factsOf(program);
  let reason: Diagnostic | undefined;
  for (const template of library.templatesOf(`relax.${facts.op!.name}`)) {
    const binding = bindSignature(template, facts);
    const made = "reason" in binding ? binding : instantiate(binding, facts);
    if (!("reason" in made)) return made;
    reason ??= made.reason;
  }
  if (reason === undefined) throw new Error(`no template for ${facts.op!.name}`);
  return reason;
}

/** As {@link instanceFor}; fails where there is none. */
export function instanceOf(library: TemplateLibrary, program: string): Instance {
  const made = instanceFor(library, program);
  if ("message" in made) throw new Error(`${made.code}: ${made.message}`);
  return made;
}

/** The text of an instance, without its attributes. */
export function textOf({ func }: Instance): string {
  const bare: PrimFunc = { ...func, attrs: new Map() };
  return printModule(irModule(new Map([[func.name, bare]]), { name: "" }));
}

/** Checks that an instance is well formed, reads back equal, and compiles; gives the text of what is wrong. */
export function faultsOf({ func }: Instance): string[] {
  const module = irModule(new Map([[func.name, func]]));
  const sink = new Diagnostics();
  const back = parseModule({ name: "instance.relax", text: printModule(module) }, sink);
  checkModule(back, sink);
  const faults = sink.all
    .filter((d) => d.severity === "error")
    .map((d) => `${d.code} ${d.message}`);
  const again = back.functions.get(func.name);
  if (again === undefined || !structuralEqual(func, again))
    faults.push("reads back as another function");
  const compiled = new Diagnostics();
  if (
    compileWasm(irModule(new Map([[func.name, { ...func, isPrivate: false }]])), compiled) ===
    undefined
  )
    faults.push(...compiled.all.map((d) => `${d.code} ${d.message}`));
  return faults;
}

/** A tensor of these values. */
export function tensor(type: string, shape: readonly number[], values: readonly number[]): NDArray {
  const made = zeros(dtype(type), shape);
  const { buffer, byteOffset } = made.bytes;
  if (type === "float32") new Float32Array(buffer, byteOffset, values.length).set(values);
  else if (type === "int32") new Int32Array(buffer, byteOffset, values.length).set(values);
  else if (type === "int64")
    new BigInt64Array(buffer, byteOffset, values.length).set(values.map(BigInt));
  else if (type === "int8") new Int8Array(buffer, byteOffset, values.length).set(values);
  else throw new Error(type);
  return made;
}

/** The elements as numbers. */
export function numbers({ dtype: type, bytes }: NDArray): number[] {
  const { buffer, byteOffset, byteLength } = bytes;
  if (type.name === "float32") return [...new Float32Array(buffer, byteOffset, byteLength / 4)];
  if (type.name === "int32") return [...new Int32Array(buffer, byteOffset, byteLength / 4)];
  if (type.name === "int64")
    return [...new BigInt64Array(buffer, byteOffset, byteLength / 8)].map(Number);
  if (type.name === "int8") return [...new Int8Array(buffer, byteOffset, byteLength)];
  throw new Error(type.name);
}

/** Runs an instance in the interpreter and as WebAssembly on inputs, then outputs; both must agree to the bit. */
export function run(
  { func }: Instance,
  inputs: readonly NDArray[],
  outputs: readonly NDArray[],
): number[][] {
  const module = irModule(new Map([[func.name, { ...func, isPrivate: false }]]));
  const hooks = { print: () => undefined };
  const fresh = (): NDArray[] => outputs.map((t) => ({ ...t, bytes: t.bytes.slice() }));
  const [first, second] = [fresh(), fresh()];
  runOnInterpreter(
    module,
    func.name,
    [...inputs, ...first].map((t) => tensorValue(t)),
    hooks,
  );
  const sink = new Diagnostics();
  const artefact = buildForWasm(module, sink, { producer: "test" });
  if (artefact === undefined) throw new Error(sink.all.map((d) => d.message).join("\n"));
  runArtefact(
    artefactBytes(artefact),
    "test",
    func.name,
    [...inputs, ...second].map((t) => tensorValue(t)),
    hooks,
  );
  first.forEach((t, i) => {
    if (!sameTensor(t, second[i]!))
      throw new Error(`WebAssembly gives ${numbers(second[i]!)}, the interpreter ${numbers(t)}`);
  });
  return first.map(numbers);
}
