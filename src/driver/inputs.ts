/** Inputs of a run: given tensors, and random ones for the shapes asked for. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";
import type { Func, Var } from "../ir/relax/expr.js";
import { dimsOf, type StructInfo } from "../ir/relax/struct-info.js";
import type { PrimExpr, Var as Symbol } from "../ir/tir/expr.js";
import { substitute } from "../ir/core/rewrite.js";
import { varsOf } from "../ir/core/free-vars.js";
import { intImm } from "../ir/tir/expr.js";
import { Analyzer } from "../arith/index.js";
import { bytesOf, int64, isBool, isFloat, type DType } from "../support/dtype.js";
import { DiagnosticError } from "../support/diagnostic.js";
import { int, type Int } from "../support/int.js";
import { elementCount, zeros, type NDArray } from "../support/ndarray.js";
import { elementAccess } from "../support/numeric/element.js";
import { rounder } from "../support/numeric/scalar.js";
import { nearest } from "../support/suggest.js";
import { intValue, shapeValue, tensorValue, tupleValue, type Value } from "../support/value.js";
import { codes } from "./codes.js";

export interface InputRequest {
  /** Sizes of symbols (`m=3`) and of scalar parameters. */
  readonly symbols: ReadonlyMap<string, Int>;
  /** Whole shapes of parameters (`x=3x4`). */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Tensors given for parameters. */
  readonly given: ReadonlyMap<string, NDArray>;
  /** Seed of the random ones. */
  readonly seed: number;
}

/** Reads `m=3,n=7,x=3x4` (several texts are joined). */
export function parseShapes(texts: readonly string[]): Pick<InputRequest, "symbols" | "shapes"> {
  const symbols = new Map<string, Int>();
  const shapes = new Map<string, readonly number[]>();
  for (const part of texts.flatMap((text) => text.split(",")).map((part) => part.trim())) {
    if (part === "") continue;
    const match = /^([A-Za-z_]\w*)=(\d+(?:x\d+)*|scalar)$/.exec(part);
    if (match === null) throw new DiagnosticError(codes.shapeSyntax({ text: part }));
    const [, name, value] = match as unknown as [string, string, string];
    if (value === "scalar") shapes.set(name, []);
    else if (value.includes("x")) shapes.set(name, value.split("x").map(Number));
    else symbols.set(name, int(BigInt(value)));
  }
  return { symbols, shapes };
}

/** One value a parameter, in order. Throws a DiagnosticError that names what is missing. */
export function makeInputs(entry: Func, request: InputRequest): Value[] {
  const rng = xoroshiro128plus(request.seed);
  const sizes = new Map<Symbol, PrimExpr>();
  const names = new Map<string, Symbol>();
  for (const p of entry.params) for (const v of symbolsOf(p)) names.set(v.name, v);
  for (const [name, size] of request.symbols) {
    const symbol = names.get(name);
    if (symbol !== undefined) sizes.set(symbol, intImm(size, int64));
    else if (!entry.params.some((p) => p.name === name)) {
      const known = [...names.keys(), ...entry.params.map((p) => p.name)];
      const near = nearest(name, known)[0];
      const hints = near === undefined ? [] : [`did you mean \`${near}\`?`];
      throw new DiagnosticError(
        codes.unknownSize({ name, entry: entry.name, known: known.join(", ") || "none", hints }),
      );
    }
  }
  for (const name of [...request.given.keys(), ...request.shapes.keys()]) {
    if (!entry.params.some((p) => p.name === name)) {
      const known = entry.params.map((p) => p.name).join(", ") || "none";
      throw new DiagnosticError(codes.unknownInput({ name, entry: entry.name, known }));
    }
  }
  // Shapes that are given fix the symbols which stand alone in them, so that later parameters follow.
  for (const p of entry.params) {
    const shape = request.given.get(p.name)?.shape ?? request.shapes.get(p.name);
    const dims = dimsOf(p.sinfo);
    if (shape === undefined || dims === undefined || dims.length !== shape.length) continue;
    dims.forEach((dim, i) => {
      if (dim.kind === "tir.Var" && !sizes.has(dim)) sizes.set(dim, intImm(shape[i]!, int64));
    });
  }
  return entry.params.map((p) => makeValue(p, p.sinfo, { request, sizes, rng, entry }));
}

interface Making {
  readonly request: InputRequest;
  readonly sizes: ReadonlyMap<Symbol, PrimExpr>;
  readonly rng: RandomGenerator;
  readonly entry: Func;
}

function makeValue(p: Var, info: StructInfo | undefined, m: Making): Value {
  const given = m.request.given.get(p.name);
  if (given !== undefined && info?.kind !== "relax.TupleInfo") return tensorValue(given);
  switch (info?.kind) {
    case "relax.TensorInfo": {
      const whole = m.request.shapes.get(p.name);
      const dims = dimsOf(info);
      if (info.dtype === undefined)
        throw new DiagnosticError(
          codes.cannotInvent({ at: p.span, name: p.name, what: "its element type is unknown" }),
        );
      if (whole !== undefined) return tensorValue(randomTensor(info.dtype, whole, m.rng));
      if (dims === undefined)
        throw new DiagnosticError(
          codes.cannotInvent({ at: p.span, name: p.name, what: "its shape is unknown" }),
        );
      return tensorValue(
        randomTensor(
          info.dtype,
          dims.map((d) => sizeOf(d, p, m)),
          m.rng,
        ),
      );
    }
    case "relax.ShapeInfo":
      if (info.values === undefined)
        throw new DiagnosticError(
          codes.cannotInvent({ at: p.span, name: p.name, what: "its dimensions are unknown" }),
        );
      return shapeValue(info.values.map((d) => sizeOf(d, p, m)));
    case "relax.PrimInfo": {
      const size = m.request.symbols.get(p.name);
      return intValue(size ?? uniformInt(m.rng, 0, 7), info.dtype);
    }
    case "relax.TupleInfo":
      return tupleValue(info.fields.map((field) => makeValue(p, field, m)));
    default:
      throw new DiagnosticError(
        codes.cannotInvent({
          at: p.span,
          name: p.name,
          what: "its type says nothing of what it holds",
        }),
      );
  }
}

/** The size of a dimension under the sizes that were given. */
function sizeOf(dim: PrimExpr, p: Var, m: Making): number {
  const value = new Analyzer().simplify(substitute(dim, m.sizes));
  if (value.kind === "tir.IntImm") {
    if (value.value < 0)
      throw new DiagnosticError(
        codes.negativeSize({ at: p.span, name: p.name, size: value.value }),
      );
    return Number(value.value);
  }
  const missing = varsOf(value).map((v) => v.name);
  throw new DiagnosticError(
    codes.missingSize({
      at: p.span,
      label: "its shape mentions it",
      symbol: missing[0] ?? "?",
      name: p.name,
      entry: m.entry.name,
    }),
  );
}

function symbolsOf(p: Var): Symbol[] {
  const dims =
    p.sinfo === undefined
      ? []
      : (function all(info: StructInfo): readonly PrimExpr[] {
          if (info.kind === "relax.TupleInfo") return info.fields.flatMap(all);
          return dimsOf(info) ?? [];
        })(p.sinfo);
  return dims.flatMap(varsOf);
}

/** Floats standard normal; integers in −8…7 (unsigned 0…15), within the type; bools 0 or 1. */
export function randomTensor(
  dtype: DType,
  shape: readonly number[],
  rng: RandomGenerator,
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
      ? round(normal(rng))
      : isBool(dtype)
        ? uniformInt(rng, 0, 1)
        : uniformInt(rng, low, high);
    access.write(view, i * step, value);
  }
  return tensor;
}

/** Box and Muller 1958. */
function normal(rng: RandomGenerator): number {
  const u = (uniformInt(rng, 1, 1 << 30) - 0.5) / (1 << 30);
  const v = uniformInt(rng, 0, (1 << 30) - 1) / (1 << 30);
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
}
