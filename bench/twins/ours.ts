/** Our side of a twin: `.relax` text through the pipelines of a build, run through the runtime's interface. */
import { relaxText } from "../../scripts/nets/relax-text.js";
import { encodeArtefact, type Artefact } from "../../src/artefact/index.js";
import { buildFor } from "../../src/driver/build.js";
import { buildForC } from "../../src/driver/c-project.js";
import { readModule } from "../../src/driver/frontend.js";
import { nodeHost } from "../../src/driver/host-node.js";
import { detectProcessor } from "../../src/driver/host-processor.js";
import { makeInputs } from "../../src/driver/inputs.js";
import { loadNative } from "../../src/driver/native.js";
import { optimise } from "../../src/driver/optimise.js";
import type { IRModule } from "../../src/ir/module.js";
import type { Func } from "../../src/ir/relax/expr.js";
import { fromArray, type Tensor } from "../../src/runtime/api/tensor.js";
import { load } from "../../src/runtime/index.js";
import { Diagnostics } from "../../src/support/diagnostic.js";
import type { NDArray } from "../../src/support/ndarray.js";
import { parseTarget } from "../../src/support/target-description.js";
import { runPipeline, step } from "../../src/transform/pipeline.js";
import { bindParams } from "../../src/transform/relax/params/bind-params.js";
import { bindSymbolicVars } from "../../src/transform/relax/params/bind-symbolic-vars.js";
import { roundOf, type Clock } from "../measure.js";
import { runnableC } from "./ours-c.js";
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

/** Calls on the same tensors; times are the best CPU seconds of a call within a round of some seconds. */
export interface Prepared {
  output(): Tensor;
  /** Tensors stay where the program has them. */
  resident(seconds: number, clock?: Clock): number;
  /** Each call also copies them in, and the result out; absent where there is no such call. */
  copying?(seconds: number): number;
}

/** The processor at hand, looked up once. */
let host: ReturnType<typeof detectProcessor> | undefined;

export async function buildOurs(twin: Twin, target: string): Promise<Ours> {
  const { net, points, isFixed = false } = twin;
  const { module, failed, diagnostics } = readModule({ name: net.name, text: relaxText(net) });
  if (failed) throw new Error(diagnostics.map((d) => d.message).join("\n"));
  const main = module.functions.get("main") as Func;
  const first = tensorsOf(main, points[0]!.sizes);
  const weights = new Map(net.weights.map((w) => [w.name, first.get(w.name)!]));
  const constants = twin.constants === "all" ? weights : new Map<string, NDArray>();
  const sink = new Diagnostics();
  const bound = runPipeline(
    module,
    [
      step(bindParams, { params: constants }),
      ...(isFixed ? [step(bindSymbolicVars, { bindings: points[0]!.sizes })] : []),
    ],
    sink,
  );
  const runnable = await buildModule(checked(bound, sink), target, true);
  const inputs = [net.input, ...net.weights].flatMap(({ name }) =>
    constants.has(name) ? [] : [name],
  );
  return {
    tensorsFor: (sizes) => tensorsOf(main, sizes, constants),
    prepare: (tensors) => runnable.prepare(new Map(inputs.map((n) => [n, tensors.get(n)!]))),
    dispose: () => runnable.dispose(),
  };
}

function checked<T>(value: T | undefined, sink: Diagnostics): T {
  if (value === undefined || sink.failed)
    throw new Error(sink.all.map((d) => `${d.code}: ${d.message}`).join("\n"));
  return value;
}

/** The function `main` of a module, built as by a default build. */
export async function buildModule(
  module: IRModule,
  target: string,
  isStatic: boolean,
): Promise<Runnable> {
  const processor = await (host ??= detectProcessor(nodeHost()));
  const parsed = parseTarget(target, processor);
  const description = "target" in parsed ? parsed.target : undefined;
  const kind = description?.kind;
  if (kind !== "wasm" && kind !== "llvm" && kind !== "c")
    throw new Unavailable(`programs cannot be built for ${target} here`);
  const sink = new Diagnostics();
  const lowered = checked(
    await optimise(module, `@default-${kind}`, sink, { target, processor }),
    sink,
  );
  if (kind === "c")
    return runnableC(
      checked(
        buildForC(lowered, sink, { prefix: "model", registerBits: description!.vectorBits }),
        sink,
      ),
    );
  const options = { producer: "bench", sources: false, graph: isStatic || undefined };
  const artefact = buildFor(lowered, sink, { ...options, description: description! });
  return runnableOf(checked(artefact, sink), isStatic ? "graph" : "vm");
}

/** A built program; inputs are in the order of its parameters. */
export interface Runnable {
  prepare(inputs: ReadonlyMap<string, NDArray>): Prepared;
  dispose(): void;
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

/** An artefact through the runtime's interface. */
function runnableOf(artefact: Artefact, executor: "graph" | "vm"): Runnable {
  const program = load(encodeArtefact(artefact), { executor, native: loadNative });
  return {
    prepare(given) {
      const inputs = [...given].map(([name, x]) => [name, fromArray(x)] as const);
      const invocation = program.prepare("main");
      const call = (): Tensor => {
        inputs.forEach(([name, x]) => invocation.setInput(name, x));
        invocation.invoke();
        return invocation.getOutput() as Tensor;
      };
      const output = call();
      return {
        output: () => output,
        resident: (seconds, clock) => roundOf(() => invocation.invoke(), seconds, clock),
        copying: (seconds) => roundOf(call, seconds),
      };
    },
    dispose: () => program.dispose(),
  };
}
