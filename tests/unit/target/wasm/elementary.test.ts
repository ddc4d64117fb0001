import { suite } from "uvu";
import * as assert from "uvu/assert";
import { call, intImm, load, makeVar, ramp } from "../../../../src/ir/tir/expr.js";
import { store } from "../../../../src/ir/tir/stmt.js";
import { runPrimFunc } from "../../../../src/runtime/wasm/run-prim-func.js";
import { dtype, int64, withLanes } from "../../../../src/support/dtype.js";
import { compileProgram } from "../../../../src/support/numeric/evaluate-program.js";
import { elementary, elementaryNames } from "../../../../src/support/numeric/transcendental.js";
import { tensorValue } from "../../../../src/support/value.js";
import { buffer, func, instanceOf, long, loop, moduleOf, tensor, valuesOf } from "./build.js";

const test = suite("wasm: elementary functions");
const n = makeVar("n", int64);
const points = [
  0, -0, 1, -1, 0.5, -0.5, 1e-3, 1e-30, 3.7, -3.7, 10.25, -87.4, 88.8, 710.1, -745.2, 1e5, -1e6, 1e30, 0.9999999,
  Infinity, -Infinity, Number.NaN, 1e-45, 2.5, 1.5, 0.25, 7, 100, -0.75, 33.3, 1.1, 64,
]; // prettier-ignore
const others = points.map((_, k) => points[(k * 7 + 3) % points.length]!);

for (const name of elementaryNames) {
  for (const width of ["f32", "f64"] as const) {
    const type = width === "f32" ? "float32" : "float64";
    const program = elementary(name, width)!;
    const run = compileProgram(program);
    const round = width === "f32" ? Math.fround : (x: number): number => x;

    test(`${name} on ${type} equals its definition bit for bit, one by one and on vectors`, () => {
      const [a, b, c, d] = ["A", "B", "C", "D"].map((x) => buffer(x, type, n));
      const args = [a!, b!].slice(0, program.arity);
      const scalar = loop(n, (i) =>
        store(
          c!,
          [i],
          call(
            name,
            args.map((x) => load(x, [i])),
            dtype(type),
          ),
        ),
      );
      const at = [ramp(long(0), long(1), intImm(points.length))];
      const vector = store(
        d!,
        at,
        call(
          name,
          args.map((x) => load(x, at)),
          withLanes(dtype(type), points.length),
        ),
      );
      const f = func("f", [a!, b!, c!, d!], { kind: "tir.Seq", body: [scalar, vector] });
      const instance = instanceOf(moduleOf(f));
      const outs = [tensor(type, [], [points.length]), tensor(type, [], [points.length])];
      runPrimFunc(
        instance,
        "f",
        [tensor(type, points), tensor(type, others), ...outs].map((t) => tensorValue(t)),
      );
      points.forEach((x, k) => {
        const expected = run(round(x), round(others[k]!));
        for (const out of outs) {
          const got = valuesOf(out)[k];
          assert.ok(
            Object.is(got, expected),
            `${name}(${x}, ${others[k]}) = ${got}, not ${expected}`,
          );
        }
      });
    });
  }
}

test.run();
