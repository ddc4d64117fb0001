import { suite } from "uvu";
import * as assert from "uvu/assert";
import { printModule } from "../../../src/syntax/index.js";
import { functionOf, printBody, read, roundTrips } from "./helpers.js";

const functions = suite("syntax: T functions and modules");

const OLD = `@tvm.script.ir_module
class Mod:
    @T.prim_func
    def mm(a: T.handle, b: T.handle, c: T.handle) -> None:
        T.func_attr({"global_symbol": "mm", "tir.noalias": True})
        m = T.var("int32")
        A = T.match_buffer(a, (m, 16), "float32")
        B = T.match_buffer(b, (16, 16), "float32")
        C = T.match_buffer(c, (m, 16), "float32")
        for i, j, k in T.grid(m, 16, 16):
            with T.block("mm"):
                vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                with T.init():
                    C[vi, vj] = T.float32(0)
                C[vi, vj] += A[vi, vk] * B[vk, vj]
`;
const NEW = `@I.ir_module
class Mod:
    @T.prim_func(s_tir=True)
    def mm(
        A: T.Buffer(("m", 16), "float32"),
        B: T.Buffer((16, 16), "float32"),
        C: T.Buffer(("m", 16), "float32"),
    ):
        T.func_attr({"tirx.noalias": True})
        m = T.int32()
        for i, j, k in T.grid(m, 16, 16):
            with T.sblock("mm"):
                vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                T.reads(A[vi, vk], B[vk, vj])
                T.writes(C[vi, vj])
                with T.init():
                    C[vi, vj] = T.float32(0.0)
                C[vi, vj] = C[vi, vj] + A[vi, vk] * B[vk, vj]
`;

functions("text of 2022 prints in the spelling of 2026, regions inferred", () => {
  const { module, errors } = read(OLD);
  assert.equal(errors, []);
  assert.is(printModule(module), NEW);
  assert.is(roundTrips(module), true);
});

const bodies: readonly (readonly [string, string, string])[] = [
  ["a new name is a mutable scalar", "y = i + 1\ny = y * 2", "y: T.int32 = i + 1\ny = y * 2"],
  [
    "a let stays a let",
    "y: T.let[T.int32] = i\nT.evaluate(y)",
    "y: T.let[T.int32] = i\nT.evaluate(y)",
  ],
  [
    "flat attributes scope the rest",
    'T.attr(0, "k", 1)\nT.evaluate(i)',
    'with T.attr(0, "k", 1):\n    T.evaluate(i)',
  ],
  [
    "range keeps its end",
    "for k in range(2, 10):\n    T.evaluate(k)",
    "for k in range(2, 10):\n    T.evaluate(k)",
  ],
  [
    "loops keep annotations",
    'for k in T.serial(4, annotations={"a": 1}):\n    T.evaluate(k)',
    'for k in T.serial(4, annotations={"a": 1}):\n    T.evaluate(k)',
  ],
  ["aliases are substituted", "y = T.meta_var(i * 4)\nT.evaluate(y)", "T.evaluate(i * 4)"],
  [
    "constant conditions select",
    "if True:\n    T.evaluate(1)\nelse:\n    T.evaluate(2)",
    "T.evaluate(1)",
  ],
  [
    "assertions keep kind and parts",
    'assert c, ("ValueError", ["a", "b"])',
    'assert c, ("ValueError", ["a", "b"])',
  ],
  ["a store casts", "A[0] = i", 'A[0] = T.Cast("float32", i)'],
  ["T.ret is return", "T.ret(i)", "return i"],
  [
    "macros are inlined",
    "@T.inline\ndef twice(v):\n    T.evaluate(v)\n    T.evaluate(v)\ntwice(i)",
    "T.evaluate(i)\nT.evaluate(i)",
  ],
  [
    "launches nest",
    'tx = T.launch_thread("threadIdx.x", 32)\nT.evaluate(tx)',
    'with T.launch_thread("threadIdx.x", 32) as tx:\n    T.evaluate(tx)',
  ],
];
for (const [name, source, printed] of bodies) {
  functions(name, () => {
    assert.is(printBody(source), printed);
    assert.is(roundTrips(read(functionOf(source)).module), true);
  });
}

const refused: readonly (readonly [string, string, string])[] = [
  [
    "unknown axis kinds",
    'for k in range(4):\n    with T.sblock("b"):\n        v = T.axis.remap("X", [k])\n        T.evaluate(v)',
    "TYP024",
  ],
  [
    "remapped expressions",
    'for k in range(4):\n    with T.sblock("b"):\n        v = T.axis.remap("S", [k + 1])\n        T.evaluate(v)',
    "TYP025",
  ],
  ["Python loops", "for k in [1, 2]:\n    T.evaluate(k)", "TYP029"],
  ["assertions without a message", "assert c", "TYP033"],
  ["unknown keywords", "for k in T.serial(4, anotations={}):\n    T.evaluate(k)", "TYP017"],
  ["builders", 'T.Assert(c, "m")', "SCO030"],
];
for (const [name, source, code] of refused) {
  functions(`${name} are refused with ${code}`, () =>
    assert.is(read(functionOf(source)).errors[0], code),
  );
}

functions("template constants fold and are overridden", () => {
  const text =
    'N = 8\n\n@T.prim_func\ndef f(A: T.Buffer((N * 2,), "float32")):\n    if N > 4:\n        A[0] = 1.0\n    else:\n        A[0] = 2.0\n';
  assert.match(
    printModule(read(text).module),
    /T\.Buffer\(\(16,\), "float32"\)\):\n {4}A\[0\] = T\.float32\(1\.0\)/,
  );
  assert.match(
    printModule(read(text, new Map([["N", 2]])).module),
    /T\.Buffer\(\(4,\), "float32"\)\):\n {4}A\[0\] = T\.float32\(2\.0\)/,
  );
});

const files: readonly (readonly [string, string, string])[] = [
  [
    "a second module",
    "@I.ir_module\nclass A:\n    pass\n\n@I.ir_module\nclass B:\n    pass\n",
    "SCO008",
  ],
  [
    "functions beside a class",
    "@I.ir_module\nclass A:\n    pass\n\n@T.prim_func\ndef f():\n    T.evaluate(0)\n",
    "SCO009",
  ],
  ["undecorated functions", "def f(i: T.int32):\n    T.evaluate(i)\n", "SCO010"],
  ["foreign decorators", "@np.vectorize\ndef f(i: T.int32):\n    T.evaluate(i)\n", "SCO011"],
  [
    "two functions of one name",
    "@T.prim_func\ndef f():\n    T.evaluate(0)\n\n@T.prim_func\ndef f():\n    T.evaluate(1)\n",
    "SCO007",
  ],
  ["default arguments", "@T.prim_func\ndef f(i: T.int32 = 3):\n    T.evaluate(i)\n", "SCO024"],
];
for (const [name, text, code] of files) {
  functions(`${name} are refused with ${code}`, () => assert.ok(read(text).errors.includes(code)));
}

functions.run();
