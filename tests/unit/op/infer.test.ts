import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as fc from "fast-check";
import type { AttrValue } from "../../../src/ir/core/node.js";
import * as R from "../../../src/ir/relax/expr.js";
import { primInfo, tensorInfo, type VDevice } from "../../../src/ir/relax/struct-info.js";
import { binary, floatImm, makeVar } from "../../../src/ir/tir/expr.js";
import { dtype, float32, int64 } from "../../../src/support/dtype.js";
import { makeInferContext } from "../../../src/op/deduce/index.js";
import {
  T,
  anything,
  dim,
  float,
  infer,
  m,
  n,
  plus,
  prim,
  prims,
  shape,
  someShape,
  t,
  times,
  tuple,
  value,
} from "./build.js";

const test = suite("struct info of operators");

type Case = readonly [
  op: string,
  args: readonly R.Expr[],
  attrs: Record<string, AttrValue>,
  expected: string,
];

const f = (...dims: readonly (number | string)[]): string =>
  `R.Tensor((${dims.join(", ")}${dims.length === 1 ? "," : ""}), "float32")`;

const results: readonly Case[] = [
  ["add", [t([n, 4]), t([4])], {}, f("n", 4)],
  ["add", [t([n, 1]), t([1, m])], {}, f("n", "m")],
  ["add", [t([n]), t([m])], {}, 'R.Tensor("float32", ndim=1)'],
  ["add", [t([2, 3]), float(1)], {}, f(2, 3)],
  ["less", [t([2]), t([2])], {}, 'R.Tensor((2,), "bool")'],
  ["where", [t([2, 1], "bool"), t([3]), t([1])], {}, f(2, 3)],
  ["isnan", [t([n])], {}, 'R.Tensor((n,), "bool")'],
  ["clip", [t([n]), float(0), float(1)], {}, f("n")],
  ["astype", [t([n])], { dtype: "int8" }, 'R.Tensor((n,), "int8")'],
  [
    "matmul",
    [t([n, 8], "uint8"), t([8, 4], "int8")],
    { out_dtype: "int32" },
    'R.Tensor((n, 4), "int32")',
  ],
  ["full", [shape(n, 2), t([], "float16")], {}, 'R.Tensor((n, 2), "float16")'],
  ["arange", [prim(0), prim(10), prim(3)], { dtype: "int64" }, 'R.Tensor((4,), "int64")'],
  ["arange", [prim(10), prim(0), prim(-3)], { dtype: "int64" }, 'R.Tensor((4,), "int64")'],
  ["arange", [prim(5), prim(0), prim(1)], { dtype: "int64" }, 'R.Tensor((0,), "int64")'],
  ["arange", [prim(0), prim(n), prim(1)], { dtype: "int64" }, 'R.Tensor((n,), "int64")'],
  ["eye", [prim(n), prim(4), prim(0)], {}, f("n", 4)],
  ["take", [t([4, n, 5]), t([m, 2], "int32")], { axis: 1 }, f(4, "m", 2, 5)],
  ["take", [t([4, n]), prim(1)], { axis: 0 }, f("n")],
  ["strided_slice", [t([8, 10]), prims(0), prims(1), prims(7), prims(2)], {}, f(3, 10)],
  ["strided_slice", [t([8]), prims(0), prims(-1), prims(-100), prims(-2)], {}, f(4)],
  ["strided_slice", [t([n, 2]), prims(0), prims(0), prims(n), prims(1)], {}, f("n", 2)],
  [
    "dynamic_strided_slice",
    [t([8, 9]), t([2], "int64"), t([2], "int64"), t([2], "int64")],
    {},
    'R.Tensor("float32", ndim=2)',
  ],
  ["gather_nd", [t([4, 5, n]), t([3, 2], "int64")], {}, f(3, "n")],
  ["one_hot", [t([n], "int64"), float(1), float(0)], { depth: 7 }, f("n", 7)],
  ["reshape", [t([2, 3, 4]), shape(-1, 4)], {}, f(6, 4)],
  ["reshape", [t([n, 4]), shape(-1, 2)], {}, f("n * 2", 2)],
  ["reshape", [t([n, 4]), shape(0, 2, 2)], {}, f("n", 2, 2)],
  ["flatten", [t([n, 4])], {}, f("n * 4")],
  ["expand_dims", [t([n, 4])], { axis: [0, -1] }, f(1, "n", 4, 1)],
  ["squeeze", [t([1, n, 1])], { axis: [0, 2] }, f("n")],
  ["squeeze", [t([1, n, 1])], {}, 'R.Tensor("float32")'],
  ["permute_dims", [t([n, 4, 2])], { axes: [2, 0, 1] }, f(2, "n", 4)],
  ["permute_dims", [t([n, 4])], {}, f(4, "n")],
  ["concat", [tuple(t([n, 3]), t([m, 3]))], { axis: 0 }, f("n + m", 3)],
  [
    "split",
    [t([10])],
    { indices_or_sections: 4, axis: 0 },
    `R.Tuple(${f(3)}, ${f(3)}, ${f(3)}, ${f(1)})`,
  ],
  [
    "split",
    [t([10])],
    { indices_or_sections: [2, 5], axis: 0 },
    `R.Tuple(${f(2)}, ${f(3)}, ${f(5)})`,
  ],
  ["stack", [tuple(t([n]), t([n]))], { axis: 1 }, f("n", 2)],
  ["tile", [t([n, 3])], { repeats: [2, 1, 3] }, f(2, "n", 9)],
  ["repeat", [t([n, 3])], { repeats: 2, axis: 0 }, f("n * 2", 3)],
  ["meshgrid", [tuple(t([n]), t([3]))], {}, `R.Tuple(${f("n", 3)}, ${f("n", 3)})`],
  ["shape_of", [t([n, 3])], {}, "R.Shape([n, 3])"],
  ["shape_to_tensor", [shape(n, 3)], {}, 'R.Tensor((2,), "int64")'],
  ["tensor_to_shape", [t([3], "int64")], {}, "R.Shape(ndim=3)"],
  ["size", [t([n])], {}, 'R.Tensor((), "int64")'],
  ["matmul", [t([5, 1, 2, 3]), t([6, 3, 4])], {}, f(5, 6, 2, 4)],
  ["matmul", [t([3]), t([3])], {}, f()],
  [
    "matmul",
    [t([2, 3], "int8"), t([3, 4], "int8")],
    { out_dtype: "int32" },
    'R.Tensor((2, 4), "int32")',
  ],
  ["einsum", [tuple(t([n, 3]), t([3, m]))], { subscripts: "ij,jk->ik" }, f("n", "m")],
  ["einsum", [tuple(t([2, 4, 3]), t([3, 6]))], { subscripts: "...ij,jk->...ik" }, f(2, 4, 6)],
  ["sum", [t([n, 3, 4])], { axis: [-1, 0], keepdims: false }, f(3)],
  ["mean", [t([n, 3])], { axis: [1], keepdims: true }, f("n", 1)],
  ["argmax", [t([n, 3])], { axis: 1 }, 'R.Tensor((n,), "int64")'],
  ["median", [t([n, 3])], { axis: [1] }, `R.Tuple(${f("n")}, R.Tensor((n,), "int64"))`],
  ["cumsum", [t([n, 3])], {}, f("n * 3")],
  ["topk", [t([n, 9])], { k: 2 }, `R.Tuple(${f("n", 2)}, R.Tensor((n, 2), "int32"))`],
  ["nonzero", [t([n])], {}, 'R.Tensor("int64", ndim=2)'],
  [
    "nn.conv2d",
    [t([n, 3, 28, 28]), t([16, 3, 3, 3])],
    { strides: [2, 2], padding: [1, 1] },
    f("n", 16, 14, 14),
  ],
  [
    "nn.conv2d",
    [t([1, 28, 28, 3]), t([3, 3, 3, 16])],
    { data_layout: "NHWC", kernel_layout: "HWIO" },
    f(1, 26, 26, 16),
  ],
  ["nn.conv2d", [t([1, 3, n, n]), t([8, 3, 3, 3])], { padding: [1, 1] }, f(1, 8, "n", "n")],
  [
    "nn.conv2d_transpose",
    [t([1, 3, 14, 14]), t([3, 8, 3, 3])],
    { strides: [2, 2], padding: [1, 1], output_padding: [1, 1] },
    f(1, 8, 28, 28),
  ],
  [
    "nn.max_pool2d",
    [t([1, 3, 20, 21])],
    { pool_size: [3, 3], strides: [2, 2], padding: [1, 1], ceil_mode: true },
    f(1, 3, 11, 11),
  ],
  ["nn.adaptive_avg_pool2d", [t([1, 3, n, 20])], { output_size: [1, 1] }, f(1, 3, 1, 1)],
  ["nn.layer_norm", [t([n, 4]), t([4]), t([4])], { axes: [-1] }, f("n", 4)],
  ["nn.pad", [t([n, 4])], { pad_width: [0, 0, 1, 2] }, f("n", 7)],
  ["nn.attention", [t([1, n, 4, 16]), t([1, m, 4, 16]), t([1, m, 4, 32])], {}, f(1, "n", 4, 32)],
  ["image.resize2d", [t([1, 3, 8, 8]), shape(n, 16)], {}, f(1, 3, "n", 16)],
  ["quantize", [t([n, 4]), t([4]), t([4], "int8")], { axis: 1 }, 'R.Tensor((n, 4), "int8")'],
  [
    "vision.roi_align",
    [t([1, 3, 9, 9]), t([n, 5])],
    { pooled_size: [7, 7], spatial_scale: floatImm(1, float32) },
    f("n", 3, 7, 7),
  ],
  ["memory.view", [t([4, 4]), shape(16)], {}, f(16)],
  ["ccl.scatter_from_worker0", [t([8, 3])], { num_workers: 4, axis: 0 }, f(2, 3)],
  ["null_value", [], {}, "R.Any"],
  ["print", [R.str(""), t([2])], {}, "R.Tuple()"],
  [
    "make_closure",
    [value({ kind: "relax.FuncInfo", ret: primInfo(int64), purity: true }), tuple()],
    {},
    "R.Any",
  ],
];

for (const [op, args, attrs, expected] of results) {
  test(`${op} gives ${expected}`, () => {
    const { text, diagnostics } = infer(op, args, attrs);
    assert.equal(
      diagnostics.map((d) => d.message),
      [],
    );
    assert.is(text, expected);
  });
}

const mistakes: readonly Case[] = [
  ["nn.prelu", [t([n, 4]), t([n, 4])], { axis: 1 }, "TYP102"],
  ["nn.prelu", [t([n, 4]), t([4], "float16")], { axis: 1 }, "TYP104"],
  ["grad.take_backward", [t([3]), t([n, 4]), t([3], "int64")], {}, "TYP107"],
  ["add", [t([2, 3]), t([2, 4])], {}, "SHP001"],
  ["add", [t([2]), t([2], "int32")], {}, "TYP104"],
  ["add", [t([2]), anything()], {}, "TYP101"],
  ["matmul", [t([2, 3]), t([4, 5])], {}, "SHP002"],
  ["matmul", [t([]), t([4])], {}, "TYP134"],
  ["reshape", [t([2, 3]), shape(7)], {}, "SHP003"],
  ["reshape", [t([n, 4]), shape(binary("add", times(n, 4), dim(1)))], {}, "SHP003"],
  ["reshape", [t([2, 3]), shape(-1, -1)], {}, "SHP006"],
  ["concat", [tuple(t([2, 3]), t([2, 4]))], { axis: 0 }, "SHP004"],
  ["concat", [tuple()], { axis: 0 }, "TYP109"],
  ["concat", [tuple(t([2]), t([2, 3]))], { axis: 0 }, "TYP111"],
  ["squeeze", [t([2, 3])], { axis: [0] }, "SHP005"], // a warning: the dimension stays
  ["broadcast_to", [t([2]), shape(3)], {}, "SHP007"],
  ["sum", [t([2, 3])], { axis: [2] }, "TYP105"],
  ["sum", [t([2, 3])], { axis: [1, -1] }, "TYP106"],
  ["sum", [t([2, 3])], { axis: "x" }, "TYP107"],
  ["nn.conv2d", [t([1, 4, 8, 8]), t([16, 3, 3, 3])], {}, "SHP008"],
  ["nn.conv2d", [t([1, 4, 8, 8]), t([15, 2, 3, 3])], { groups: 2 }, "SHP009"],
  ["nn.conv2d", [t([1, 4, 8, 8]), t([16, 4, 3, 3])], { data_layout: "NCHX" }, "TYP110"],
  ["nn.conv2d", [t([1, 4, 8]), t([16, 4, 3, 3])], {}, "TYP102"],
  ["nn.conv2d", [t([1, 4, 2, 2]), t([16, 4, 3, 3])], {}, "SHP011"],
  ["nn.softmax", [t([2], "int32")], {}, "TYP103"],
  ["nn.layer_norm", [t([2, 4]), t([3]), t([4])], { axes: [-1] }, "SHP012"],
  ["einsum", [tuple(t([2, 3]))], { subscripts: "ij,jk->ik" }, "TYP120"],
  ["collapse_sum_to", [t([2, 3]), shape(4)], {}, "SHP010"],
  ["memory.view", [t([4, 4]), shape(32)], {}, "SHP013"],
  ["assert_op", [t([2], "float32")], {}, "TYP101"],
];

for (const [op, args, attrs, code] of mistakes) {
  test(`${op}: ${code}`, () => {
    const { diagnostics } = infer(op, args, attrs);
    assert.equal(
      diagnostics.map((d) => d.code),
      [code],
    );
  });
}

test("matmul names the axes that differ and proposes the transpose", () => {
  const source = { name: "m.relax", text: "x w matmul" };
  const span = (start: number, end: number) => ({ source, start, end });
  const x = R.relaxVar("x", T([2, 3]));
  const w = R.relaxVar("w", T([5, 3]));
  const { diagnostics } = infer("matmul", [
    { ...x, span: span(0, 1) },
    { ...w, span: span(2, 3) },
  ]);
  const [d] = diagnostics;
  assert.is(d?.message, "`matmul` needs equal reduction lengths, but got 3 and 5");
  assert.equal(
    d?.labels.map((l) => l.message),
    ["last axis of `x`", "second-to-last axis of `w`"],
  );
  assert.match(d?.hints.join("\n") ?? "", /R\.matmul\(x, R\.permute_dims\(w\)\)/);
});

test("lengths that cannot be decided become checks at run time", () => {
  const { guards, diagnostics } = infer("matmul", [t([2, n]), t([m, 4])]);
  assert.is(diagnostics.length, 0);
  assert.is(guards.length, 1);
  assert.is(infer("matmul", [t([2, plus(n, 1)]), t([plus(n, 1), 4])]).guards.length, 0);
});

test("proved inequality of symbolic lengths is an error", () => {
  assert.is(infer("matmul", [t([2, n]), t([plus(n, 1), 4])]).diagnostics[0]?.code, "SHP002");
});

test("equal symbolic lengths are found in any form", () => {
  assert.is(
    infer("add", [t([times(n, 2)]), t([binary("add", n, n)])]).info.kind,
    "relax.TensorInfo",
  );
  assert.is(infer("add", [t([times(n, 2)]), t([binary("add", n, n)])]).text, f("n * 2"));
});

test("a shape that is a variable stays one", () => {
  const s = someShape(3);
  const { info } = infer("zeros", [s], { dtype: "float32" });
  assert.is(info.kind === "relax.TensorInfo" && info.shape, s);
  assert.is(info.kind === "relax.TensorInfo" && info.ndim, 3);
});

test("devices must agree", () => {
  const at = (target: string): VDevice => ({
    kind: "ir.VDevice",
    target,
    index: 0,
    scope: "global",
  });
  const on = (target: string): R.Var =>
    value(
      tensorInfo({ shape: R.shapeExpr([dim(2)]), dtype: dtype("float32"), vdevice: at(target) }),
    );
  assert.is(infer("add", [on("cuda"), on("llvm")]).diagnostics[0]?.code, "TYP108");
  assert.is(infer("add", [on("cuda"), t([2])]).diagnostics.length, 0);
});

test("layout_transform maps and pads the shape", () => {
  const [i, j] = [makeVar("i", int64), makeVar("j", int64)];
  const map = {
    kind: "tir.IndexMap" as const,
    params: [i, j],
    results: [binary("floordiv", i, dim(4)), j, binary("floormod", i, dim(4))],
    separators: [],
  };
  assert.is(infer("layout_transform", [t([10, 6])], { index_map: map }).text, f(3, 6, 4));
});

test("call_tir gives what is written; in-place outputs must fit", () => {
  const op = (
    name: string,
    attrs: ReadonlyMap<string, AttrValue>,
    out: R.Call["sinfoArgs"],
  ): R.Call =>
    R.relaxCall(R.op(name), [{ kind: "ir.GlobalVar", name: "f" }, tuple(t([2]), t([3]))], {
      attrs,
      sinfoArgs: out,
    });
  const codes: string[] = [];
  const first = contextWith(codes);
  assert.is(first.infoOf(op("call_tir", new Map(), [T([4])])).kind, "relax.TensorInfo");
  first.infoOf(op("call_tir", new Map(), []));
  first.infoOf(op("call_tir_inplace", new Map([["inplace_indices", [0]]]), [T([4])]));
  first.infoOf(op("call_tir_inplace", new Map([["inplace_indices", [5]]]), [T([4])]));
  first.infoOf(op("call_tir_inplace", new Map([["inplace_indices", [-1]]]), [T([4])]));
  first.infoOf(op("call_tir_inplace", new Map([["inplace_indices", [1]]]), [T([3])]));
  assert.equal(codes, ["TYP112", "TYP119", "TYP118", "TYP118"]);
});

function contextWith(codes: string[]): ReturnType<typeof makeInferContext> {
  const signature = { kind: "relax.FuncInfo" as const, ret: primInfo(int64), purity: true };
  return makeInferContext({ signature: () => signature, report: (d) => codes.push(d.code) });
}

test("broadcasting of constant shapes is NumPy's", () => {
  const dims = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 4 });
  fc.assert(
    fc.property(dims, dims, (a, b) => {
      const rank = Math.max(a.length, b.length);
      const pad = (s: number[]): number[] => [...Array<number>(rank - s.length).fill(1), ...s];
      const pairs = pad(a).map((x, i) => [x, pad(b)[i]!] as const);
      const fits = pairs.every(([x, y]) => x === y || x === 1 || y === 1);
      const { text, diagnostics } = infer("add", [t(a), t(b)]);
      if (fits) assert.is(text, f(...pairs.map(([x, y]) => Math.max(x, y))));
      else assert.is(diagnostics[0]?.code, "SHP001");
    }),
    { seed: 7, numRuns: 300 },
  );
});

test("slices of constant length are Python's", () => {
  const bound = fc.integer({ min: -12, max: 12 });
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 9 }),
      bound,
      bound,
      fc.constantFrom(-3, -2, -1, 1, 2, 3),
      (length, b, e, s) => {
        const { text } = infer("strided_slice", [
          t([length]),
          prims(0),
          prims(b),
          prims(e),
          prims(s),
        ]);
        assert.is(text, f(pythonSlice(length, b, e, s)));
      },
    ),
    { seed: 11, numRuns: 500 },
  );
});

/** Length of `range(length)[begin:end:step]` by counting. */
function pythonSlice(length: number, begin: number, end: number, step: number): number {
  const clamp = (i: number): number => {
    const at = i < 0 ? i + length : i;
    return step > 0 ? Math.min(Math.max(at, 0), length) : Math.min(Math.max(at, -1), length - 1);
  };
  let count = 0;
  for (let i = clamp(begin); step > 0 ? i < clamp(end) : i > clamp(end); i += step) count++;
  return count;
}

test.run();
