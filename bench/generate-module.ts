/**
 * Text of a module of any size: TensorIR kernels with blocks and Relax functions with dataflow that call them.
 * Valid TVMScript of 2026; the same seed gives the same text.
 */

type Random = (below: number) => number;

/** Mulberry32 (Tommy Ettinger, 2017). */
function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const pick = <T>(random: Random, items: readonly T[]): T => items[random(items.length)]!;

/** A kernel the Relax functions may call: operands and result by shape, `"m"` being the row symbol. */
interface Kernel {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  /** Takes a second operand of the same shape. */
  readonly binary: boolean;
}

const ROWS = [16, 32, 64, 128];
const COLUMNS = [64, 128, 256, 768];

/** A module of at least `lines` lines (by at most one function more). */
export function generateModule(lines: number, seed: number): string {
  const random = randomOf(seed);
  const out = [
    "# from tvm.script import ir as I",
    "# from tvm.script import tirx as T",
    "# from tvm.script import relax as R",
    "",
    "@I.ir_module",
    "class Module:",
    `    I.module_attrs({"generated": True, "seed": ${seed}})`,
  ];
  const kernels: Kernel[] = [];
  for (let i = 0; out.length < lines; i++) {
    out.push("");
    const kind = random(10);
    if (kind < 3) out.push(...elementwise(random, i, kernels));
    else if (kind < 5) out.push(...binary(random, i, kernels));
    else if (kind < 6) out.push(...matmul(random, i));
    else if (kind < 7) out.push(...softmax(random, i, kernels));
    else if (kind < 8) out.push(...convolution(random, i));
    else out.push(...graph(random, i, kernels));
  }
  return `${out.join("\n")}\n`;
}

const SCALARS: readonly ((x: string) => string)[] = [
  (x) => `T.max(${x}, T.float32(0.0))`,
  (x) => `T.exp(${x})`,
  (x) => `T.float32(1.0) / (T.float32(1.0) + T.exp(T.float32(0.0) - ${x}))`,
  (x) => `${x} * ${x} + T.float32(0.5)`,
  (x) => `T.Select(${x} > T.float32(0.0), ${x}, ${x} * T.float32(0.01))`,
  (x) => `T.tanh(${x} * T.float32(0.7978845608028654))`,
];

function elementwise(random: Random, i: number, kernels: Kernel[]): string[] {
  const rows = pick(random, ROWS);
  const columns = pick(random, COLUMNS);
  kernels.push({ name: `unary_${i}`, rows, columns, binary: false });
  return [
    "    @T.prim_func(private=True, s_tir=True)",
    `    def unary_${i}(x: T.Buffer((${rows}, ${columns}), "float32"), y: T.Buffer((${rows}, ${columns}), "float32")):`,
    '        T.func_attr({"tirx.noalias": True})',
    `        for ax0, ax1 in T.grid(${rows}, ${columns}):`,
    `            with T.sblock("unary"):`,
    '                v_ax0, v_ax1 = T.axis.remap("SS", [ax0, ax1])',
    "                T.reads(x[v_ax0, v_ax1])",
    "                T.writes(y[v_ax0, v_ax1])",
    `                y[v_ax0, v_ax1] = ${pick(random, SCALARS)("x[v_ax0, v_ax1]")}`,
  ];
}

function binary(random: Random, i: number, kernels: Kernel[]): string[] {
  const rows = pick(random, ROWS);
  const columns = pick(random, COLUMNS);
  const op = pick(random, ["+", "-", "*"]);
  kernels.push({ name: `binary_${i}`, rows, columns, binary: true });
  const buffer = `T.Buffer((${rows}, ${columns}), "float32")`;
  return [
    "    @T.prim_func(private=True, s_tir=True)",
    `    def binary_${i}(`,
    `        a: ${buffer},`,
    `        b: ${buffer},`,
    `        c: ${buffer},`,
    "    ):",
    '        T.func_attr({"tirx.noalias": True})',
    `        for i_j_fused in T.parallel(${rows * columns}, annotations={"pragma": 1}):`,
    '            with T.sblock("binary"):',
    `                vi = T.axis.spatial(${rows}, i_j_fused // ${columns})`,
    `                vj = T.axis.spatial(${columns}, i_j_fused % ${columns})`,
    "                T.reads(a[vi, vj], b[vi, vj])",
    "                T.writes(c[vi, vj])",
    `                c[vi, vj] = a[vi, vj] ${op} b[vi, vj]  # elementwise`,
  ];
}

function matmul(random: Random, i: number): string[] {
  const tile = pick(random, [4, 8, 16]);
  const k = pick(random, COLUMNS);
  return [
    "    # A product with a symbolic number of rows.",
    "    @T.prim_func(private=True, s_tir=True)",
    `    def matmul_${i}(p_a: T.handle, b: T.Buffer((T.int64(${k}), T.int64(64)), "float32"), p_c: T.handle):`,
    '        T.func_attr({"tirx.noalias": True})',
    "        m = T.int64()",
    `        a = T.match_buffer(p_a, (m, T.int64(${k})), "float32")`,
    '        c = T.match_buffer(p_c, (m, T.int64(64)), "float32")',
    '        partial = T.sblock_alloc_buffer((m, T.int64(64)), "float32")',
    `        for i, j, k_0 in T.grid(m, T.int64(64), T.int64(${k / tile})):`,
    `            for k_1 in T.serial(T.int64(${tile})):`,
    '                with T.sblock("update"):',
    "                    vi = T.axis.spatial(m, i)",
    "                    vj = T.axis.spatial(T.int64(64), j)",
    `                    vk = T.axis.reduce(T.int64(${k}), k_0 * T.int64(${tile}) + k_1)`,
    "                    T.reads(a[vi, vk], b[vk, vj])",
    "                    T.writes(partial[vi, vj])",
    "                    with T.init():",
    "                        partial[vi, vj] = T.float32(0.0)",
    "                    partial[vi, vj] = partial[vi, vj] + a[vi, vk] * b[vk, vj]",
    "        for i, j in T.grid(m, T.int64(64)):",
    '            with T.sblock("store"):',
    '                vi, vj = T.axis.remap("SS", [i, j])',
    "                T.reads(partial[vi, vj])",
    "                T.writes(c[vi, vj])",
    "                if vi < m:",
    "                    c[vi, vj] = partial[vi, vj]",
    "                else:",
    "                    c[vi, vj] = T.float32(-1e-05)",
  ];
}

function softmax(random: Random, i: number, kernels: Kernel[]): string[] {
  const rows = pick(random, ROWS);
  const columns = pick(random, COLUMNS);
  kernels.push({ name: `softmax_${i}`, rows, columns, binary: false });
  const block = (name: string, axes: string, lines: readonly string[]): string[] => [
    `        for i, k in T.grid(${rows}, ${columns}):`,
    `            with T.sblock("${name}"):`,
    `                vi, vk = T.axis.remap("${axes}", [i, k])`,
    ...lines.map((line) => `                ${line}`),
  ];
  return [
    "    @T.prim_func(private=True, s_tir=True)",
    `    def softmax_${i}(x: T.Buffer((${rows}, ${columns}), "float32"), y: T.Buffer((${rows}, ${columns}), "float32")):`,
    `        top = T.sblock_alloc_buffer((${rows},), "float32")`,
    `        total = T.sblock_alloc_buffer((${rows},), "float32")`,
    ...block("top", "SR", [
      "with T.init():",
      '    top[vi] = T.min_value("float32")',
      "top[vi] = T.max(top[vi], x[vi, vk])",
    ]),
    ...block("total", "SR", [
      "with T.init():",
      "    total[vi] = T.float32(0.0)",
      "total[vi] = total[vi] + T.exp(x[vi, vk] - top[vi])",
    ]),
    ...block("norm", "SS", ["y[vi, vk] = T.exp(x[vi, vk] - top[vi]) / total[vi]"]),
  ];
}

function convolution(random: Random, i: number): string[] {
  const size = pick(random, [14, 28, 56]);
  const channels = pick(random, [16, 32, 64]);
  const padded = size + 2;
  const shape = (h: number): string => `(1, ${channels}, ${h}, ${h})`;
  return [
    "    @T.prim_func(private=True, s_tir=True)",
    `    def conv2d_${i}(`,
    `        x: T.Buffer(${shape(size)}, "float32"),`,
    `        w: T.Buffer((${channels}, ${channels}, 3, 3), "float32"),`,
    `        y: T.Buffer(${shape(size)}, "float32"),`,
    "    ):",
    `        pad = T.sblock_alloc_buffer(${shape(padded)}, "float32")`,
    `        for n, c, h, v in T.grid(1, ${channels}, ${padded}, ${padded}):`,
    '            with T.sblock("pad"):',
    '                vn, vc, vh, vw = T.axis.remap("SSSS", [n, c, h, v])',
    "                pad[vn, vc, vh, vw] = T.if_then_else(",
    `                    1 <= vh and vh < ${size + 1} and 1 <= vw and vw < ${size + 1},`,
    "                    x[vn, vc, vh - 1, vw - 1],",
    "                    T.float32(0.0),",
    "                )",
    `        for n, o, h, v, c, kh, kw in T.grid(1, ${channels}, ${size}, ${size}, ${channels}, 3, 3):`,
    '            with T.sblock("conv"):',
    '                vn, vo, vh, vw, vc, vkh, vkw = T.axis.remap("SSSSRRR", [n, o, h, v, c, kh, kw])',
    "                with T.init():",
    "                    y[vn, vo, vh, vw] = T.float32(0.0)",
    "                y[vn, vo, vh, vw] = (",
    "                    y[vn, vo, vh, vw] + pad[vn, vc, vh + vkh, vw + vkw] * w[vo, vc, vkh, vkw]",
    "                )",
  ];
}

function graph(random: Random, i: number, kernels: readonly Kernel[]): string[] {
  const rows = pick(random, ROWS);
  const columns = pick(random, COLUMNS);
  const type = `R.Tensor((${rows}, ${columns}), dtype="float32")`;
  const usable = kernels.filter((k) => k.rows === rows && k.columns === columns);
  const out = [
    "    @R.function",
    "    def " + `graph_${i}(`,
    `        x: ${type},`,
    `        w: R.Tensor((${columns}, ${columns}), dtype="float32"),`,
    `        b: R.Tensor((${columns},), dtype="float32"),`,
    `    ) -> R.Tuple(${type}, ${type}):`,
    "        cls = Module",
    "        with R.dataflow():",
  ];
  const count = 6 + random(14);
  let last = "x";
  let before = "x";
  for (let k = 0; k < count; k++) {
    const name = k === 0 ? "lv" : `lv${k}`;
    out.push(`            ${name}: ${type} = ${step(random, last, before, usable, type)}`);
    before = last;
    last = name;
  }
  out.push(
    `            gv: R.Tuple(${type}, ${type}) = (${last}, ${before})`,
    "            R.output(gv)",
    "        return gv",
  );
  return out;
}

function step(
  random: Random,
  a: string,
  b: string,
  kernels: readonly Kernel[],
  type: string,
): string {
  if (kernels.length > 0 && random(2) === 0) {
    const kernel = pick(random, kernels);
    const operands = kernel.binary ? `(${a}, ${b})` : `(${a},)`;
    return `R.call_tir(cls.${kernel.name}, ${operands}, out_ty=${type})`;
  }
  switch (random(6)) {
    case 0:
      return `R.matmul(${a}, w)`;
    case 1:
      return `R.add(${a}, b)`;
    case 2:
      return `R.nn.softmax(${a}, axis=-1)`;
    case 3:
      return `R.multiply(${a}, R.const(0.125, "float32"))`;
    case 4:
      return `R.add(${a}, ${b})`;
    default:
      return `R.nn.gelu(${a})`;
  }
}
