/** Our side of a twin: `.relax` text through the pipelines of a build, run through the runtime's interface. */
import { relaxText } from "../../scripts/nets/relax-text.js";
import type { Net } from "../../scripts/nets/net.js";
import { encodeArtefact } from "../../src/artefact/index.js";
import { buildFor } from "../../src/driver/build.js";
import { readModule } from "../../src/driver/frontend.js";
import { nodeHost } from "../../src/driver/host-node.js";
import { detectProcessor } from "../../src/driver/host-processor.js";
import { makeInputs } from "../../src/driver/inputs.js";
import { loadNative } from "../../src/driver/native.js";
import { optimise } from "../../src/driver/optimise.js";
import type { Func } from "../../src/ir/relax/expr.js";
import { fromArray, type Tensor } from "../../src/runtime/api/tensor.js";
import { load, type Program } from "../../src/runtime/index.js";
import { Diagnostics } from "../../src/support/diagnostic.js";
import type { NDArray } from "../../src/support/ndarray.js";
import { parseTarget } from "../../src/support/target-description.js";
import { runPipeline, step } from "../../src/transform/pipeline.js";
import { bindParams } from "../../src/transform/relax/params/bind-params.js";
import { bindSymbolicVars } from "../../src/transform/relax/params/bind-symbolic-vars.js";
import type { Twin } from "./twin.js";

/** A target that cannot be measured here, with the reason. */
export class Unavailable extends Error {}

/** A built program with the tensors of one point. */
export interface Ours {
  /** Tensors by name for the sizes of a point; constants are the same for all points. */
  tensorsFor(sizes: Twin["points"][number]["sizes"]): ReadonlyMap<string, NDArray>;
  prepare(tensors: ReadonlyMap<string, NDArray>): Prepared;
  dispose(): void;
}

/** Calls on the same tensors. */
export interface Prepared {
  /** Tensors stay where the program has them. */
  invoke(): void;
  /** Also copies them in, and the result out. */
  call(): Tensor;
}

export async function buildOurs(twin: Twin, target: string): Promise<Ours> {
  const processor = await detectProcessor(nodeHost());
  const parsed = parseTarget(target, processor);
  const description = "target" in parsed ? parsed.target : undefined;
  if (description?.kind !== "wasm" && description?.kind !== "llvm")
    throw new Unavailable(`programs cannot be built for ${target} here`);
  const { net, points, isFixed = false } = twin;
  const sink = new Diagnostics();
  const checked = <T>(value: T | undefined): T => {
    if (value === undefined || sink.failed)
      throw new Error(sink.all.map((d) => `${d.code}: ${d.message}`).join("\n"));
    return value;
  };
  const { module, failed, diagnostics } = readModule({ name: net.name, text: relaxText(net) });
  if (failed) throw new Error(diagnostics.map((d) => d.message).join("\n"));
  const main = module.functions.get("main") as Func;
  const first = tensorsOf(main, points[0]!.sizes);
  const weights = new Map(net.weights.map((w) => [w.name, first.get(w.name)!]));
  const isStatic = isFixed || net.input.shape.every((d) => typeof d === "number");
  const constants = twin.constants === "all" ? weights : new Map<string, NDArray>();
  const bound = runPipeline(
    module,
    [
      step(bindParams, { params: constants }),
      ...(isFixed ? [step(bindSymbolicVars, { bindings: points[0]!.sizes })] : []),
    ],
    sink,
  );
  const lowered = await optimise(checked(bound), `@default-${description.kind}`, sink, {
    target,
    processor,
  });
  const options = { producer: "bench", sources: false, graph: isStatic || undefined, description };
  const artefact = checked(buildFor(checked(lowered), sink, options));
  const executor = isStatic ? "graph" : "vm";
  const program = load(encodeArtefact(artefact), { executor, native: loadNative });
  return {
    tensorsFor: (sizes) => tensorsOf(main, sizes, constants),
    prepare: (tensors) => prepare(program, net, constants, tensors),
    dispose: () => program.dispose(),
  };
}

function tensorsOf(
  main: Func,
  sizes: Readonly<Record<string, number>>,
  given: ReadonlyMap<string, NDArray> = new Map(),
): Map<string, NDArray> {
  const symbols = new Map(Object.entries(sizes));
  const values = makeInputs(main, { symbols, shapes: new Map(), given, seed: 1 });
  return new Map(
    values.flatMap((value, i) =>
      value.kind === "tensor" ? [[main.params[i]!.name, value.data] as const] : [],
    ),
  );
}

function prepare(
  program: Program,
  net: Net,
  constants: ReadonlyMap<string, NDArray>,
  tensors: ReadonlyMap<string, NDArray>,
): Prepared {
  const inputs = [net.input, ...net.weights]
    .filter(({ name }) => !constants.has(name))
    .map(({ name }) => [name, fromArray(tensors.get(name)!)] as const);
  const invocation = program.prepare("main");
  const setInputs = (): void => inputs.forEach(([name, x]) => invocation.setInput(name, x));
  setInputs();
  return {
    invoke: () => invocation.invoke(),
    call() {
      setInputs();
      invocation.invoke();
      return invocation.getOutput() as Tensor;
    },
  };
}
