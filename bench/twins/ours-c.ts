/** Programs as C, compiled by the compiler at hand (`CC`), timed in a process of their own. */
import { callModel, compileProgram, findCompiler, speedFlags, type Timing } from "../../src/cli/c-program.js"; // prettier-ignore
import type { CProject } from "../../src/driver/c-project.js";
import { fromArray } from "../../src/runtime/api/tensor.js";
import { tensorValue, type Value } from "../../src/support/value.js";
import { Unavailable, type Runnable } from "./ours.js";

export function runnableC(project: CProject): Runnable {
  const { CC } = process.env;
  const compiler = findCompiler(CC === undefined ? ["cc", "gcc", "clang"] : [CC], process.env);
  if (compiler === undefined) throw new Unavailable("there is no C compiler");
  const program = compileProgram(project.files, compiler, speedFlags(compiler, true));
  return {
    prepare(inputs) {
      const values = [...inputs.values()].map((x) => tensorValue(x));
      const called = (repeat: number): { readonly value: Value; readonly seconds: number } => {
        const timing: Timing = { repeat };
        const value = callModel(program, project, "main", values, timing);
        return { value, seconds: timing.seconds ?? Infinity };
      };
      const { value, seconds: once } = called(2);
      if (value.kind !== "tensor") throw new Error("the result is no tensor");
      const { data } = value;
      return {
        output: () => fromArray(data),
        resident: (seconds) => called(Math.max(3, Math.ceil(seconds / Math.max(once, 1e-6)))).seconds, // prettier-ignore
      };
    },
    dispose: () => program.close(),
  };
}
