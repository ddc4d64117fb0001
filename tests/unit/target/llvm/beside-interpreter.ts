/** Native code beside the interpreter. */
import * as assert from "uvu/assert";
import { buildForLlvm } from "../../../../src/driver/build.js";
import { readModule } from "../../../../src/driver/frontend.js";
import { lowerModule } from "../../../../src/driver/lower.js";
import { loadNative } from "../../../../src/driver/native.js";
import { prepareFor } from "../../../../src/driver/optimise.js";
import { artefactBytes } from "../../../../src/driver/run.js";
import { interpret } from "../../../../src/interp/index.js";
import { runPipeline, step } from "../../../../src/transform/pipeline.js";
import { bindParams } from "../../../../src/transform/relax/params/bind-params.js";
import type { IRModule } from "../../../../src/ir/module.js";
import { loadArtefact } from "../../../../src/runtime/load-artefact.js";
import { Diagnostics } from "../../../../src/support/diagnostic.js";
import { printModule } from "../../../../src/syntax/index.js";
import { dtype } from "../../../../src/support/dtype.js";
import { parseTarget } from "../../../../src/support/target-description.js";
import { tensorValue, type Value } from "../../../../src/support/value.js";

/** Small integers, whose products and sums are exact. */
export const floats = (...shape: readonly number[]): Value =>
  tensorValue({
    dtype: dtype("float32"),
    shape,
    bytes: new Uint8Array(
      Float32Array.from({ length: size(shape) }, (_, i) => ((i * 7) % 11) - 5).buffer,
    ),
  });

/** All values of a byte. */
export const bytes = (type: "uint8" | "int8", ...shape: readonly number[]): Value =>
  tensorValue({
    dtype: dtype(type),
    shape,
    bytes: Uint8Array.from({ length: size(shape) }, (_, i) => (i * 73) & 255),
  });

const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Parameters whose values are known at build time. */
export type Known = Readonly<Record<string, Value>>;

function readWith(text: string, known: Known): IRModule {
  const { module } = readModule({ name: "test.relax", text });
  const params = new Map(
    Object.entries(known).flatMap(([name, value]) =>
      value.kind === "tensor" ? [[name, value.data] as const] : [],
    ),
  );
  return runPipeline(module, [step(bindParams, { params })], new Diagnostics())!;
}

/** The loops that code for a target is generated from, as text. */
export async function loopsOf(text: string, target: string, known: Known = {}): Promise<string> {
  const module = readWith(text, known);
  const ready = await prepareFor("llvm", module, new Diagnostics(), { target });
  return printModule(ready!);
}

/** Compares what native code and the interpreter give, bit by bit, for each list of operands. */
export async function expectSame(
  text: string,
  target: string,
  operands: readonly (readonly Value[])[],
  known: Known = {},
): Promise<void> {
  const module = readWith(text, known);
  const sink = new Diagnostics();
  const parsed = parseTarget(target);
  if (!("target" in parsed)) throw new Error(parsed.problem);
  const ready = await prepareFor("llvm", module, sink, { target });
  const options = { producer: "test", description: parsed.target };
  const artefact = ready && buildForLlvm(ready, sink, options);
  assert.equal(
    sink.all.map((d) => d.message),
    [],
  );
  const machine = loadArtefact(artefactBytes(artefact!), "test.rxe", { native: loadNative });
  const plain = await lowerModule(module, sink, { target: "interp" });
  for (const args of operands) {
    const expected = interpret(plain!, "main", args, {});
    const actual = machine.invoke("main", args);
    if (!expected.ok || expected.value.kind !== "tensor" || actual.kind !== "tensor")
      throw new Error("no tensor");
    const shapes = args.map((a) => (a.kind === "tensor" ? a.data.shape.join("x") : a.kind));
    assert.equal(actual.data.bytes, expected.value.data.bytes, shapes.join(" "));
  }
}
