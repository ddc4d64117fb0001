/** Inputs of a run: given tensors, and random ones for the shapes asked for. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";
import type { Func, Var } from "../ir/relax/expr.js";
import { dimsOf, type PrimInfo, type StructInfo } from "../ir/relax/struct-info.js";
import type { PrimExpr, Var as Symbol } from "../ir/tir/expr.js";
import { substitute } from "../ir/core/rewrite.js";
import { varsOf } from "../ir/core/free-vars.js";
import { intImm } from "../ir/tir/expr.js";
import { Analyzer } from "../arith/index.js";
import { bytesOf, int64, isBool, isFloat, type DType } from "../support/dtype.js";
import { DiagnosticError } from "../support/diagnostic.js";
import { NAME } from "../support/identifier.js";
import { int, type Int } from "../support/int.js";
import { elementCount, zeros, type NDArray } from "../support/ndarray.js";
import { elementAccess } from "../support/numeric/element.js";
import { rounder } from "../support/numeric/scalar.js";
import { nearest } from "../support/suggest.js";
import {
  floatValue,
  intValue,
  shapeValue,
  tensorValue,
  tupleValue,
  type Value,
} from "../support/value.js";
import { codes } from "./codes.js";
import { spreadOf, type Spread } from "./random-weights.js";

export interface InputRequest {
  /** Sizes of symbols (`m=3`) and of scalar parameters. */
  readonly symbols: ReadonlyMap<string, Int>;
  /** Whole shapes of parameters (`x=3x4`). */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Tensors given for parameters; those of a tuple are `x.0`, `x.1`, … */
  readonly given: ReadonlyMap<string, NDArray>;
  /** Seed of the random ones; without one every parameter must be given. */
  readonly seed: number | undefined;
  /** Bytes of all tensors together; {@link MOST_BYTES} unless told otherwise. */
  readonly limit?: number | undefined;
}

/** Bytes of inputs that are made without being asked for more. */
export const MOST_BYTES = 2 ** 30;

const SIZE = new RegExp(`^(${NAME}(?:\\.\\d+)*)=(-?\\d{1,20}|\\d+(?:x\\d+)+|scalar)$`, "u");

/** Reads `m=3,n=7,x=3x4` (several texts are joined). */
export function parseShapes(texts: readonly string[]): Pick<InputRequest, "symbols" | "shapes"> {
  const symbols = new Map<string, Int>();
  const shapes = new Map<string, readonly number[]>();
  for (const part of texts.flatMap((text) => text.split(",")).map((part) => part.trim())) {
    if (part === "") continue;
    const match = SIZE.exec(part);
    if (match === null) throw new DiagnosticError(codes.shapeSyntax({ text: part }));
    const [, name, value] = match as unknown as [string, string, string];
    if (shapes.has(name) || symbols.has(name)) {
      throw new DiagnosticError(codes.sizeTwice({ name, text: part }));
    }
    if (value === "scalar") shapes.set(name, []);
    else if (value.includes("x")) shapes.set(name, value.split("x").map(Number));
    else symbols.set(name, int(BigInt(value)));
  }
  return { symbols, shapes };
}

/** A parameter, or a field of one that is a tuple. */
interface Leaf {
  /** `x`, `x.0`, `x.0.1` */
  readonly name: string;
  readonly param: Var;
  readonly info: StructInfo | undefined;
}

function leavesOf(param: Var, info = param.sinfo, name = param.name): Leaf[] {
  if (info?.kind !== "relax.TupleInfo") return [{ name, param, info }];
  return info.fields.flatMap((field, i) => leavesOf(param, field, `${name}.${i}`));
}

/** One value a parameter, in order. Throws a DiagnosticError that names what is missing. */
export function makeInputs(entry: Func, asked: InputRequest): Value[] {
  const leaves = entry.params.flatMap((p) => leavesOf(p));
  const request = { ...asked, shapes: wholeShapes(leaves, asked) };
  const making: Making = {
    request,
    entry,
    sizes: sizesFor(entry, leaves, request),
    rng: xoroshiro128plus(request.seed ?? 0),
    left: { bytes: request.limit ?? MOST_BYTES },
  };
  for (const leaf of leaves) {
    if (request.seed === undefined && isMissing(leaf, making)) {
      const { name, param } = leaf;
      throw new DiagnosticError(codes.missingInput({ at: param.span, name, entry: entry.name }));
    }
  }
  const valueFor = (param: Var, info: StructInfo | undefined, name: string): Value =>
    info?.kind === "relax.TupleInfo"
      ? tupleValue(info.fields.map((field, i) => valueFor(param, field, `${name}.${i}`)))
      : makeValue({ name, param, info }, making);
  return entry.params.map((p) => valueFor(p, p.sinfo, p.name));
}

/** With `x=4` for a tensor `x` of one axis, when no symbol has that name. */
function wholeShapes(leaves: readonly Leaf[], request: InputRequest): InputRequest["shapes"] {
  const symbols = new Set(
    leaves
      .flatMap(dimensionsOf)
      .flatMap(varsOf)
      .map((v) => v.name),
  );
  const shapes = new Map(request.shapes);
  for (const { name, info } of leaves) {
    const size = request.symbols.get(name);
    if (size === undefined || info?.kind !== "relax.TensorInfo" || symbols.has(name)) continue;
    shapes.set(name, [Number(size)]);
  }
  return shapes;
}

/** What is known of symbols; names that mean nothing here are refused. */
function sizesFor(
  entry: Func,
  leaves: readonly Leaf[],
  request: InputRequest,
): Map<Symbol, PrimExpr> {
  const sizes = new Map<Symbol, PrimExpr>();
  const names = new Map<string, Symbol[]>();
  for (const v of leaves.flatMap(dimensionsOf).flatMap(varsOf)) {
    const known = names.get(v.name) ?? [];
    names.set(v.name, known.includes(v) ? known : [...known, v]);
  }
  const params = new Set(leaves.map((leaf) => leaf.name));
  for (const [name, size] of request.symbols) {
    for (const symbol of names.get(name) ?? []) sizes.set(symbol, intImm(size, int64));
    if (names.has(name) || params.has(name)) continue;
    const known = [...new Set([...names.keys(), ...params])];
    const near = nearest(name, known)[0];
    const hints = near === undefined ? [] : [`did you mean \`${near}\`?`];
    throw new DiagnosticError(
      codes.unknownSize({ name, entry: entry.name, known: known.join(", ") || "none", hints }),
    );
  }
  for (const name of [...request.given.keys(), ...request.shapes.keys()]) {
    if (params.has(name)) continue;
    const known = [...params].join(", ") || "none";
    throw new DiagnosticError(codes.unknownInput({ name, entry: entry.name, known }));
  }
  // What is given fixes the symbols which stand alone in it, so that other parameters follow.
  for (const leaf of leaves) {
    const given = request.given.get(leaf.name);
    const size = request.symbols.get(leaf.name);
    const found =
      leaf.info?.kind === "relax.TensorInfo"
        ? (given?.shape ?? request.shapes.get(leaf.name))
        : given !== undefined
          ? integersOf(given)
          : leaf.info?.kind === "relax.PrimInfo" && size !== undefined
            ? [size]
            : undefined;
    const dims = dimensionsOf(leaf);
    if (found === undefined || dims.length !== found.length) continue;
    dims.forEach((dim, i) => {
      if (dim.kind !== "tir.Var") return;
      const asked =
        leaf.info?.kind === "relax.PrimInfo" ? undefined : request.symbols.get(dim.name);
      if (asked !== undefined && asked !== found[i]!)
        throw new DiagnosticError(codes.sizeConflict({ name: dim.name, asked, param: leaf.name, found: found[i]! })); // prettier-ignore
      if (!sizes.has(dim)) sizes.set(dim, intImm(found[i]!, int64));
    });
  }
  return sizes;
}

/** Dimensions of a tensor or a shape; the value of a scalar. */
function dimensionsOf({ info }: Leaf): readonly PrimExpr[] {
  if (info === undefined) return [];
  if (info.kind === "relax.PrimInfo") return info.value === undefined ? [] : [info.value];
  return dimsOf(info) ?? [];
}

interface Making {
  readonly request: InputRequest;
  readonly entry: Func;
  readonly sizes: Map<Symbol, PrimExpr>;
  readonly rng: RandomGenerator;
  readonly left: { bytes: number };
}

/** Whether a value can come only from a file or from chance; sizes can be given by name. */
function isMissing({ name, info }: Leaf, { request, sizes }: Making): boolean {
  if (request.given.has(name) || info?.kind === "relax.ShapeInfo") return false;
  if (info?.kind !== "relax.PrimInfo") return true;
  return (
    !request.symbols.has(name) && (!info.value || varsOf(info.value).some((v) => !sizes.has(v)))
  );
}

function makeValue(leaf: Leaf, m: Making): Value {
  const { name, param, info } = leaf;
  const given = m.request.given.get(name);
  const cannot = (what: string): never => {
    throw new DiagnosticError(codes.cannotInvent({ at: param.span, name, what }));
  };
  switch (info?.kind) {
    case "relax.TensorInfo": {
      if (given !== undefined) return tensorValue(given);
      const whole = m.request.shapes.get(name);
      const { dtype } = info;
      if (dtype === undefined) return cannot("its element type is unknown");
      const dims = dimsOf(info);
      if (whole === undefined && dims === undefined) return cannot("its shape is unknown");
      const shape = whole ?? dims!.map((d) => sizeOf(d, leaf, m));
      const negative = shape.find((d) => d < 0);
      if (negative !== undefined) {
        throw new DiagnosticError(codes.negativeSize({ at: param.span, name, size: negative }));
      }
      const bytes = elementCount(shape) * bytesOf(dtype);
      m.left.bytes -= bytes;
      if (m.left.bytes < 0) {
        const size = shape.join(", ");
        const limit = m.request.limit ?? MOST_BYTES;
        throw new DiagnosticError(
          codes.inputTooLarge({ at: param.span, name, size, bytes, limit }),
        );
      }
      return tensorValue(randomTensor(dtype, shape, m.rng, spreadOf(m.entry, name, shape)));
    }
    case "relax.ShapeInfo": {
      if (given !== undefined) return shapeValue(integersOf(given) ?? cannot("a shape is a vector of integers")); // prettier-ignore
      if (info.values === undefined) return cannot("its dimensions are unknown");
      return shapeValue(info.values.map((d) => sizeOf(d, leaf, m)));
    }
    case "relax.PrimInfo":
      return makeScalar(leaf, info, m);
    default:
      if (given !== undefined) return tensorValue(given);
      return cannot("its type says nothing of what it holds");
  }
}

function makeScalar(leaf: Leaf, info: PrimInfo, m: Making): Value {
  const { name } = leaf;
  const { dtype, value } = info;
  const given = m.request.given.get(name);
  if (given !== undefined) {
    if (given.shape.length > 0) return tensorValue(given);
    const view = new DataView(given.bytes.buffer, given.bytes.byteOffset);
    const element = elementAccess(given.dtype).read(view, 0);
    return isFloat(given.dtype)
      ? floatValue(Number(element), given.dtype)
      : intValue(element, given.dtype);
  }
  const size = m.request.symbols.get(name);
  if (isFloat(dtype)) {
    return floatValue(Number(rounder(dtype)(Number(size ?? normal(m.rng)))), dtype);
  }
  if (size !== undefined) return intValue(size, dtype);
  if (value !== undefined && !(value.kind === "tir.Var" && !m.sizes.has(value))) {
    const known = simplified(value, m);
    return known.kind === "tir.IntImm" ? intValue(known.value, dtype) : missing(known, leaf, m);
  }
  const found = uniformInt(m.rng, 0, isBool(dtype) ? 1 : 7);
  if (value !== undefined) m.sizes.set(value as Symbol, intImm(found, int64));
  return intValue(found, dtype);
}

const simplified = (e: PrimExpr, m: Making): PrimExpr =>
  new Analyzer().simplify(substitute(e, m.sizes));

/** The size of a dimension under the sizes that were given. */
function sizeOf(dim: PrimExpr, leaf: Leaf, m: Making): number {
  const value = simplified(dim, m);
  if (value.kind !== "tir.IntImm") return missing(value, leaf, m);
  if (value.value < 0) {
    const { name, param } = leaf;
    throw new DiagnosticError(codes.negativeSize({ at: param.span, name, size: value.value }));
  }
  return Number(value.value);
}

function missing(value: PrimExpr, { name, param }: Leaf, m: Making): never {
  throw new DiagnosticError(
    codes.missingSize({
      at: param.span,
      label: "its shape mentions it",
      symbol: varsOf(value)[0]?.name ?? "?",
      name,
      entry: m.entry.name,
    }),
  );
}

/** Elements of a vector (or scalar) of integers; undefined for any other tensor. */
function integersOf({ dtype, shape, bytes }: NDArray): number[] | undefined {
  if (shape.length > 1 || (dtype.code !== "int" && dtype.code !== "uint")) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const access = elementAccess(dtype);
  return Array.from({ length: shape[0] ?? 1 }, (_, i) =>
    Number(access.read(view, i * bytesOf(dtype))),
  );
}

/** Floats standard normal (or as told); integers in −8…7 (unsigned 0…15), within the type; bools 0 or 1. */
export function randomTensor(
  dtype: DType,
  shape: readonly number[],
  rng: RandomGenerator,
  spread: Spread = { kind: "normal", scale: 1 },
): NDArray {
  const tensor = zeros(dtype, shape);
  const view = new DataView(tensor.bytes.buffer, tensor.bytes.byteOffset, tensor.bytes.byteLength);
  const access = elementAccess(dtype);
  const round = rounder(dtype);
  const lanes = elementCount(shape) * dtype.lanes;
  const step = bytesOf(dtype) / dtype.lanes;
  const high =
    dtype.code === "uint"
      ? Math.min(15, 2 ** dtype.bits - 1)
      : Math.min(7, 2 ** (dtype.bits - 1) - 1);
  const low = dtype.code === "uint" ? 0 : Math.max(-8, -(2 ** (dtype.bits - 1)));
  for (let i = 0; i < lanes; i++) {
    const value = isFloat(dtype)
      ? round(spread.kind === "normal" ? normal(rng) * spread.scale : uniform(rng, spread))
      : isBool(dtype)
        ? uniformInt(rng, 0, 1)
        : uniformInt(rng, low, high);
    access.write(view, i * step, value);
  }
  return tensor;
}

function uniform(rng: RandomGenerator, { low, high }: { low: number; high: number }): number {
  return low + ((high - low) * uniformInt(rng, 0, 1 << 30)) / (1 << 30);
}

/** Box and Muller 1958. */
function normal(rng: RandomGenerator): number {
  const u = (uniformInt(rng, 1, 1 << 30) - 0.5) / (1 << 30);
  const v = uniformInt(rng, 0, (1 << 30) - 1) / (1 << 30);
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
}
