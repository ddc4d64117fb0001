/** Random kernels as text: a few blocks over tensors of two or three dimensions, the way operators are lowered. */
import { oddKernel } from "./odd-kernels.js";
import type { Random } from "./random.js";

/** A tensor of a kernel. */
interface Tensor {
  readonly name: string;
  /** As the text writes them: a symbol or a number. */
  readonly dims: readonly string[];
}

export interface Kernel {
  readonly text: string;
  /** Sizes of its symbols to run it at. */
  readonly sizes: readonly ReadonlyMap<string, number>[];
  readonly stages: readonly string[];
}

interface Build {
  readonly rng: Random;
  readonly inputs: Tensor[];
  readonly tensors: Tensor[];
  readonly lines: string[];
  readonly stages: string[];
  products: number;
}

const AXES = ["i", "j", "k", "l"];
const SIZES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 17];

/** A kernel; data of small whole numbers keeps its results exact in any order of operations. */
export function generateKernel(rng: Random): Kernel {
  const dtype = rng.chance(0.6) ? "float32" : "int32";
  if (rng.chance(0.2)) return oddOne(rng, dtype);
  const symbolic = rng.chance(0.6);
  const dims = ["m", "n", "q"].map((s) =>
    symbolic && rng.chance(0.8) ? s : String(rng.pick(SIZES)),
  );
  const b: Build = { rng, inputs: [], tensors: [], lines: [], stages: [], products: 0 };
  input(b, [rng.pick(dims), rng.pick(dims)]);
  const count = rng.between(1, 4);
  for (let k = 0; k < count; k++) stage(b, dims);
  return { text: textOf(b, dtype), sizes: sizesOf(b, dims), stages: b.stages };
}

/** One of a fixed set of forms, at sizes of its symbols. */
function oddOne(rng: Random, dtype: string): Kernel {
  const { name, text, symbols } = oddKernel(rng, dtype);
  const sizes = Array.from({ length: symbols.length === 0 ? 1 : 3 }, () => new Map(symbols.map((s) => [s, rng.pick(SIZES)] as const))); // prettier-ignore
  return { text, sizes, stages: [name] };
}

function input({ inputs, tensors }: Build, dims: readonly string[]): Tensor {
  const made = { name: `A${inputs.length}`, dims };
  inputs.push(made);
  tensors.push(made);
  return made;
}

type Stage = (b: Build, x: Tensor, dims: readonly string[]) => void;

const STAGES: readonly (readonly [number, string, Stage])[] = [
  [3, "elementwise", elementwise],
  [2, "binary", binary],
  [2, "transpose", transpose],
  [2, "reduction", reduction],
  [4, "product", product],
  [2, "window", window],
];

function stage(b: Build, dims: readonly string[]): void {
  // Mostly the last tensor: chains are what fusion makes.
  const x = b.rng.chance(0.75) ? b.tensors[b.tensors.length - 1]! : b.rng.pick(b.tensors);
  const [name, make] = b.rng.weighted(STAGES.map(([w, n, s]) => [w, [n, s] as const] as const));
  if (name === "product" && b.products++ > 1) return elementwise(b, x);
  make(b, x, dims);
  b.stages.push(name);
}

/** Writes a block: loops over all axes, spatial ones first. */
function block(
  b: Build,
  out: readonly string[],
  reduced: readonly string[],
  body: (spatial: readonly string[], reduced: readonly string[], to: string) => readonly string[],
): void {
  const k = b.tensors.length - b.inputs.length;
  const name = `T${k}`;
  const all = [...out, ...reduced];
  const loops = all.map((_, d) => AXES[d]!);
  const axes = loops.map((l) => `v${l}`);
  const kinds = all.map((_, d) => (d < out.length ? "S" : "R")).join("");
  const to = `${name}[${axes.slice(0, out.length).join(", ")}]`;
  const [head, iterators] = all.length === 1 ? [`for ${loops[0]} in range(${all[0]}):`, `${axes[0]} = T.axis.remap("${kinds}", [${loops[0]}])`] : [`for ${loops.join(", ")} in T.grid(${all.join(", ")}):`, `${axes.join(", ")} = T.axis.remap("${kinds}", [${loops.join(", ")}])`]; // prettier-ignore
  b.lines.push(head, `    with T.sblock("b${k}"):`, `        ${iterators}`);
  for (const line of body(axes.slice(0, out.length), axes.slice(out.length), to))
    b.lines.push(`        ${line}`);
  b.tensors.push({ name, dims: out });
}

const at = ({ name }: Tensor, axes: readonly string[]): string => `${name}[${axes.join(", ")}]`;

function elementwise(b: Build, x: Tensor): void {
  const form = b.rng.pick(["X + ONE", "X * TWO", "T.max(X, ZERO)", "X - X * TWO", "ZERO - X"]);
  block(b, x.dims, [], (v, _, to) => [`${to} = ${form.replaceAll("X", at(x, v))}`]);
}

function binary(b: Build, x: Tensor): void {
  const same = b.tensors.filter((t) => t !== x && t.dims.join() === x.dims.join());
  const isRow = x.dims.length > 1 && b.rng.chance(0.4);
  const row = isRow ? [x.dims[x.dims.length - 1]!] : x.dims;
  const y = !isRow && same.length > 0 && b.rng.chance(0.7) ? b.rng.pick(same) : input(b, row);
  const op = b.rng.pick(["+", "-"]);
  block(b, x.dims, [], (v, _, to) => [
    `${to} = ${at(x, v)} ${op} ${at(y, y.dims.length < v.length ? v.slice(-1) : v)}`,
  ]);
}

function transpose(b: Build, x: Tensor): void {
  block(b, [...x.dims].reverse(), [], (v, _, to) => [`${to} = ${at(x, [...v].reverse())}`]);
}

function reduction(b: Build, x: Tensor): void {
  if (x.dims.length < 2) return elementwise(b, x);
  const axis = b.rng.below(x.dims.length);
  const isSum = b.rng.chance(0.6);
  const out = x.dims.filter((_, d) => d !== axis);
  block(b, out, [x.dims[axis]!], (v, r, to) => {
    const index = [...v];
    index.splice(axis, 0, r[0]!);
    const value = at(x, index);
    const step = isSum ? `${to} + ${value}` : `T.max(${to}, ${value})`;
    return ["with T.init():", `    ${to} = ${isSum ? "ZERO" : "LOW"}`, `${to} = ${step}`];
  });
}

function product(b: Build, x: Tensor, dims: readonly string[]): void {
  if (x.dims.length < 2) return elementwise(b, x);
  const [rows, depth] = [x.dims[0]!, x.dims[x.dims.length - 1]!];
  if (x.dims.length > 2) return reduction(b, x);
  const y = input(b, [depth, b.rng.pick(dims)]);
  block(b, [rows, y.dims[1]!], [depth], ([i, j], [k], to) => [
    "with T.init():",
    `    ${to} = ZERO`,
    `${to} = ${to} + ${at(x, [i!, k!])} * ${at(y, [k!, j!])}`,
  ]);
}

/** A border of zeros, then sums over three neighbours. */
function window(b: Build, x: Tensor): void {
  const last = x.dims.length - 1;
  const size = x.dims[last]!;
  block(b, x.dims.with(last, `${size} + 2`), [], (v, _, to) => {
    const p = v[last]!;
    const inner = at(x, v.with(last, `${p} - 1`));
    return [`${to} = T.if_then_else(1 <= ${p} and ${p} < ${size} + 1, ${inner}, ZERO)`];
  });
  const padded = b.tensors[b.tensors.length - 1]!;
  block(b, x.dims, ["3"], (v, [r], to) => [
    "with T.init():",
    `    ${to} = ZERO`,
    `${to} = ${to} + ${at(padded, v.with(last, `${v[last]!} + ${r!}`))}`,
  ]);
}

function textOf({ inputs, tensors, lines, rng }: Build, dtype: string): string {
  const made = tensors.filter((t) => !inputs.includes(t));
  const last = made[made.length - 1]!;
  const outputs = made.filter((t) => t === last || rng.chance(0.1));
  const symbols = [...new Set(tensors.flatMap((t) => t.dims.flatMap((d) => d.match(/[a-z]/g) ?? [])))]; // prettier-ignore
  const shape = (t: Tensor): string => `(${t.dims.join(", ")},)`;
  const params = [...inputs, ...outputs];
  const literals: Readonly<Record<string, string>> = {
    ONE: `T.${dtype}(1)`,
    TWO: `T.${dtype}(2)`,
    ZERO: `T.${dtype}(0)`,
    LOW: `T.${dtype}(-1000000)`,
  };
  const body = [
    ...symbols.map((s) => `${s} = T.int64()`),
    ...params.map((t) => `${t.name} = T.match_buffer(p_${t.name}, ${shape(t)}, "${dtype}")`),
    ...made.filter((t) => !outputs.includes(t)).map((t) => `${t.name} = T.alloc_buffer(${shape(t)}, "${dtype}")`), // prettier-ignore
    ...lines.map((l) => l.replace(/\b(ONE|TWO|ZERO|LOW)\b/g, (word) => literals[word]!)),
  ];
  const head = params.map((t) => `p_${t.name}: T.handle`).join(", ");
  return `@T.prim_func\ndef main(${head}):\n${body.map((l) => `    ${l}`).join("\n")}\n`;
}

function sizesOf({ rng, tensors }: Build, dims: readonly string[]): ReadonlyMap<string, number>[] {
  const used = dims.filter((d) => /[a-z]/.test(d) && tensors.some((t) => t.dims.some((x) => x.includes(d)))); // prettier-ignore
  const names = [...new Set(used)];
  if (names.length === 0) return [new Map()];
  const draw = (): number => (rng.chance(0.06) ? 0 : rng.pick(SIZES));
  return Array.from({ length: 3 }, () => new Map(names.map((s) => [s, draw()] as const)));
}
