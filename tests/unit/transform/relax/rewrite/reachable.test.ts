import { suite } from "uvu";
import * as assert from "uvu/assert";
import { irModule, type BaseFunc } from "../../../../../src/ir/module.js";
import { parseModule } from "../../../../../src/syntax/index.js";
import { Diagnostics } from "../../../../../src/support/diagnostic.js";
import { functionsNamedIn, reachableFunctions } from "../../../../../src/transform/relax/rewrite/reachable.js"; // prettier-ignore

const reachable = suite("transform/relax: functions that are reached");

const text = `@I.ir_module
class Module:
    @T.prim_func(private=True)
    def twice(X: T.Buffer((4,), "float32"), Y: T.Buffer((4,), "float32")):
        for i in range(4):
            Y[i] = X[i] * T.float32(2)

    @T.prim_func(private=True)
    def unused(X: T.Buffer((4,), "float32"), Y: T.Buffer((4,), "float32")):
        for i in range(4):
            Y[i] = X[i]

    @R.function
    def main(x: R.Tensor((4,), "float32")):
        return R.call_tir(Module.twice, (x,), out_sinfo=R.Tensor((4,), "float32"))
`;
const module = parseModule({ name: "case.relax", text }, new Diagnostics());

reachable("what a function names, as far as the module has it", () => {
  const main = module.functions.get("main")!;
  assert.equal([...functionsNamedIn(module, main)], ["twice"]);
  assert.equal([...reachableFunctions(module)], ["main", "twice"]);
  const without = irModule(new Map([...module.functions].filter(([name]) => name === "main")), module); // prettier-ignore
  assert.equal([...functionsNamedIn(without, main)], []);
});

reachable("a function is searched once", () => {
  let read = 0;
  const twice = module.functions.get("twice") as BaseFunc & { readonly body: unknown };
  const counted = Object.defineProperty({ ...twice }, "body", {
    enumerable: true,
    get: () => (read++, twice.body),
  }) as BaseFunc;
  functionsNamedIn(module, counted);
  const once = read;
  assert.ok(once > 0);
  functionsNamedIn(module, counted);
  assert.is(read, once);
});

reachable.run();
