/** Random calls of operators, made from their declarations: many are refused by the operator's rule. */
import type { OpDef, OpParam } from "../../op/op.js";
import { bytesOf, dtype, isFloat, type DType } from "../../support/dtype.js";
import { elementCount, type NDArray } from "../../support/ndarray.js";
import { elementAccess } from "../../support/numeric/element.js";
import { rounder } from "../../support/numeric/scalar.js";
import type { Random } from "./random.js";

/** A call as a program, with inputs that fit it. */
export interface OpCallProgram {
  readonly op: string;
  readonly program: string;
  readonly inputs: readonly NDArray[];
}

type Dim = string | number;
interface Operand {
  readonly name: string;
  readonly shape: readonly Dim[];
  readonly type: DType;
}
interface Scope {
  readonly rng: Random;
  readonly op: OpDef;
  /** Lengths of the named dimensions. */
  readonly sizes: ReadonlyMap<string, number>;
  /** The shape that most operands have or vary. */
  readonly base: readonly Dim[];
  readonly type: DType;
  readonly operands: Operand[];
}

const FLOATS = ["float32", "float32", "float32", "float16", "float64"];
const INTEGERS = ["int32", "int64", "int8", "uint8"];
/** Choices that operators offer; each takes those that it knows. */
const WORDS = [
  "update", "add", "mul", "mean", "max", "min", "fast", "clip", "wrap", "nan", "both", "values", "indices", "ij", "xy",
  "constant", "reflect", "replicate", "circular", "none", "sum", "TopLeft", "BottomRight", "linear", "cubic",
  "nearest_neighbor", "bilinear", "nearest", "zeros", "border", "reflection", "half_pixel", "align_corners",
  "asymmetric", "floor", "ceil", "round", "avg", "ij,jk->ik", "ij->ji", "ii->i", "i,j->ij", "...i,...i->...",
]; // prettier-ignore

/** A call of the operator; not every one means something. */
export function generateOpCall(rng: Random, op: OpDef): OpCallProgram {
  const sizes = new Map([["n", rng.pick([0, 1, 2, 3, 5])], ["m", rng.between(1, 4)]]); // prettier-ignore
  const rank = rng.weighted([[1, 0], [4, 1], [6, 2], [3, 3], [3, 4]] as const); // prettier-ignore
  const base = Array.from({ length: rank }, () => anyDim(rng));
  const type = dtype(rng.pick(rng.chance(0.6) ? FLOATS : [...INTEGERS, "bool"]));
  const s: Scope = { rng, op, sizes, base, type, operands: [] };
  const texts: string[] = [];
  for (const param of op.params) {
    const isPositional = param.role === "arg" && param.keyword !== true;
    const left = param.optional === true || param.default !== undefined;
    if (left && rng.chance(0.5)) {
      // What follows is given by name.
      if (isPositional) texts.push("");
      continue;
    }
    const text = argument(s, param);
    texts.push(isPositional && !texts.includes("") ? text : `${param.name}=${text}`);
  }
  const call = `R.${op.name}(${texts.filter((t) => t !== "").join(", ")})`;
  const params = s.operands.map((o) => `${o.name}: R.Tensor(${shapeText(o.shape, '"')}, "${o.type.name}")`); // prettier-ignore
  const used = [...sizes.keys()].filter((d) => new RegExp(`[^"\\w]${d}[^"\\w]`).test(call));
  const lines = [...used.map((d) => `${d} = T.int64()`), `return ${call}`];
  const program = `@R.function\ndef main(${params.join(", ")}):\n    ${lines.join("\n    ")}`;
  return { op: op.name, program, inputs: s.operands.map((o) => contents(s, o)) };
}

const anyDim = (rng: Random): Dim =>
  rng.weighted<Dim>([[3, "n"], [3, "m"], [2, 1], [2, 2], [2, 3], [1, 4], [1, 0]]); // prettier-ignore

function shapeText(shape: readonly Dim[], quote = ""): string {
  const items = shape.map((d) => (typeof d === "string" ? `${quote}${d}${quote}` : String(d)));
  return items.length === 1 ? `(${items[0]},)` : `(${items.join(", ")})`;
}

function argument(s: Scope, { name, type }: OpParam): string {
  const { rng, base } = s;
  const int = (): string => String(rng.weighted([[4, 0], [4, 1], [2, -1], [2, 2], [1, -2], [1, 3], [1, 8]])); // prettier-ignore
  const ints = (count: number): string =>
    `[${Array.from({ length: count }, () => rng.between(0, 3)).join(", ")}]`;
  switch (type) {
    case "tensor":
      return tensor(s, name);
    case "tensors": {
      const items = Array.from({ length: rng.between(1, 3) }, (_, i) => tensor(s, `${name}${i}`));
      return `(${items.join(", ")},)`;
    }
    case "shape":
      return shapeText(rng.chance(0.5) ? base : variation(s));
    case "prim":
      return rng.weighted([[5, int()], [2, "0.5"], [1, "n"], [1, "True"]]); // prettier-ignore
    case "prims":
    case "int[]":
      return rng.weighted([
        [3, ints(Math.max(1, Math.min(base.length, 2)))],
        [2, ints(Math.max(base.length, 1))],
        [2, `[${int()}]`],
        [1, "[1, 1, 1, 1]"],
      ]);
    case "int":
      return int();
    case "float":
      return rng.pick(["0.5", "1.0", "0.0", "-1.5"]);
    case "float[]":
      return "[0.5, 0.25, 1.0, 1.0]";
    case "bool":
      return rng.pick(["True", "False"]);
    case "str":
      return JSON.stringify(rng.pick([...layoutsOf(s.op), ...WORDS]));
    case "dtype":
      return `"${rng.pick(["float32", "float16", "int32", "int64", "int8", "uint8"])}"`;
    case "index_map":
      return rng.pick(["lambda i, j: (j, i)", "lambda i: (i // 4, i % 4)", "lambda i, j: (i, j // 2, j % 2)"]); // prettier-ignore
    default:
      return int();
  }
}

/** Words that the declaration itself has as defaults. */
const layoutsOf = (op: OpDef): string[] =>
  op.params.flatMap((p) => (typeof p.default === "string" ? [p.default, p.default] : []));

const INDEX = /ind|index|length|lengths|target|label|count/;

function tensor(s: Scope, name: string): string {
  const { rng, base, operands } = s;
  const shape = rng.chance(0.6) ? base : variation(s);
  const isIndex = INDEX.test(name);
  const type = isIndex
    ? dtype(rng.pick(["int64", "int32"]))
    : /cond/.test(name)
      ? dtype("bool")
      : rng.chance(0.95)
        ? s.type
        : dtype(rng.pick(INTEGERS));
  operands.push({ name, shape, type });
  return name;
}

/** A shape that is related to that of the others. */
function variation({ rng, base }: Scope): readonly Dim[] {
  return rng.weighted<() => readonly Dim[]>([
    [3, () => base.map((d) => (rng.chance(0.4) ? 1 : d))],
    [3, () => base.slice(rng.between(0, base.length))],
    [2, () => base.toSpliced(rng.between(0, Math.max(base.length - 1, 0)), 1, anyDim(rng))],
    [2, () => base.slice(-1)],
    [2, () => [...base].reverse()],
    [1, () => []],
    [1, () => [anyDim(rng), ...base]],
  ])();
}

/** Small numbers: most positions that they name exist. */
function contents({ rng, sizes }: Scope, { shape, type }: Operand): NDArray {
  const numbers = shape.map((d) => (typeof d === "string" ? sizes.get(d)! : d));
  const bytes = new Uint8Array(elementCount(numbers) * bytesOf(type));
  const { bytes: size, write } = elementAccess(type);
  const view = new DataView(bytes.buffer);
  const round = rounder(type);
  for (let i = 0; i < elementCount(numbers); i++) {
    const x = isFloat(type) ? round(rng.between(-16, 16) / 4) : rng.between(0, 2);
    write(view, i * size, type.code === "bool" ? x % 2 : x);
  }
  return { dtype: type, shape: numbers, bytes };
}
