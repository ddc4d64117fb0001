/** Kernels of a program for a fabric, and the comparison of their graphs with the program as interpreted. */
import { evaluate } from "../arith/index.js";
import { interpret } from "../interp/index.js";
import { irModule } from "../ir/module.js";
import type { Var } from "../ir/tir/expr.js";
import type { PrimExpr } from "../ir/tir/expr.js";
import type { PrimFunc } from "../ir/tir/function.js";
import { Diagnostics } from "../support/diagnostic.js";
import { elementCount, zeros, type NDArray } from "../support/ndarray.js";
import { elementAccess } from "../support/numeric/element.js";
import { floatValue, intValue, tensorValue, type Value } from "../support/value.js";
import { bytesOf, isFloat, laneOf } from "../support/dtype.js";
import {
  defaultPlaces,
  extractKernel,
  interpretKernel,
  type BufferPlace,
  type Fabric,
  type LoopKernel,
} from "../target/cgra/index.js";
import { bitsOf } from "../target/cgra/machine/elementary.js";
import type { Random } from "./generate/random.js";

/** One launch: what its parameters are, and where its buffers lie. */
export interface Launch {
  readonly kernel: LoopKernel;
  readonly func: PrimFunc;
  readonly liveins: readonly number[];
  readonly scratchpad: Uint8Array;
  /** Arguments of the function, in the same state. */
  readonly args: readonly Value[];
  readonly places: ReadonlyMap<string, { readonly address: number; readonly data: NDArray }>;
}

/** Random contents for the buffers of a kernel, integers up to `most`, and sizes; text of what is missing. */
export function makeLaunch(
  func: PrimFunc,
  fabric: Fabric,
  sizes: Readonly<Record<string, number>>,
  random: Random,
  most = 2 ** 20,
): Launch | string {
  const sink = new Diagnostics();
  const places = defaultPlaces(func, fabric);
  const kernel = extractKernel(func, fabric, places, sink);
  if (kernel === undefined) return sink.all[0]!.message;
  const scratchpad = new Uint8Array(fabric.banks.reduce((n, { bytes }) => n + bytes, 0));
  const { args, values, number } = randomArguments(func, sizes, random, most);
  const located = new Map<string, { address: number; data: NDArray }>();
  const next = fabric.banks.map(() => 0);
  func.params.forEach(({ buffer }, k) => {
    const value = args[k]!;
    const place = buffer && places.get(buffer);
    if (buffer === undefined || place === undefined || value.kind !== "tensor") return;
    const { data } = value;
    const address = addressOf(place, values, fabric, next, data.bytes.length);
    scratchpad.set(data.bytes, address);
    located.set(buffer.name, { address, data });
  });
  return {
    kernel,
    func,
    liveins: kernel.liveins.map(({ value }) => number(value) | 0),
    scratchpad,
    args,
    places: located,
  };
}

/** Arguments of a T function. */
export interface RandomArguments {
  readonly args: readonly Value[];
  readonly values: Map<Var, number>;
  /** An expression of them. */
  readonly number: (e: PrimExpr) => number;
}

/** Random contents for buffers, integers up to `most`; scalars and symbolic extents have their sizes. */
export function randomArguments(
  func: PrimFunc,
  sizes: Readonly<Record<string, number>>,
  random: Random,
  most = 2 ** 20,
): RandomArguments {
  const values = new Map<Var, number>();
  const number = (e: PrimExpr): number => {
    if (e.kind === "tir.Call" && e.op === "reinterpret")
      return bitsOf(Number(values.get(e.args[0] as Var)));
    const value = evaluate(e, { of: (v) => values.get(v) });
    if (value === undefined) throw new Error(`no value for a number of ${func.name}`);
    return Number(value);
  };
  const args = func.params.map(({ var: v, buffer }): Value => {
    if (buffer === undefined) {
      const value = sizes[v.name] ?? random.between(1, 9);
      values.set(v, value);
      return isFloat(v.dtype) ? floatValue(value, v.dtype) : intValue(value, v.dtype);
    }
    for (const extent of buffer.shape) {
      const size = extent.kind === "tir.Var" ? sizes[extent.name] : undefined;
      if (size !== undefined) values.set(extent as Var, size);
    }
    const data = zeros(buffer.dtype, buffer.shape.map(number));
    fill(data, random, most);
    return tensorValue(data);
  });
  return { args, values, number };
}

/** Addresses that are numbers of the launch are chosen one after another in their bank. */
function addressOf(
  { bank, address }: BufferPlace,
  values: Map<Var, number>,
  fabric: Fabric,
  next: number[],
  bytes: number,
): number {
  if (address.kind === "tir.IntImm") return Number(address.value);
  const start = fabric.banks.slice(0, bank).reduce((n, b) => n + b.bytes, 0);
  const half = fabric.banks[bank]!.bytes >> 1;
  const at = start + half + next[bank]!;
  next[bank] = next[bank]! + 4 * Math.ceil(bytes / 4);
  values.set(address as Var, at);
  return at;
}

/** Each element of a tensor with where it lies. */
function elements({ bytes, shape, dtype }: NDArray) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = elementCount(shape) * dtype.lanes;
  return { view, count, size: bytesOf(dtype) / dtype.lanes, access: elementAccess(dtype) };
}

function fill(data: NDArray, random: Random, most: number): void {
  const { view, count, size, access } = elements(data);
  const isReal = isFloat(laneOf(data.dtype));
  for (let i = 0; i < count; i++) {
    const value = isReal
      ? random.between(-64, 64) / 8
      : random.between(most < 16 ? 0 : -most, most);
    access.write(view, i * size, value);
  }
}

/** Runs a launch by its graph and by the interpreter of the program; text of the first difference. */
export function compareLaunch(
  launch: Launch,
  run: (launch: Launch) => string | undefined = ({ kernel, liveins, scratchpad }) =>
    interpretKernel(kernel, liveins, scratchpad),
  tolerance = 0,
): string | undefined {
  const { func, args, places, scratchpad } = launch;
  const outcome = interpret(irModule(new Map([[func.name, func]])), func.name, args, {
    stepLimit: 20_000_000,
  });
  if (!outcome.ok) return `interpreter: ${outcome.diagnostic.message}`;
  const problem = run(launch);
  if (problem !== undefined) return problem;
  for (const [name, { address, data }] of places) {
    const found = { ...data, bytes: scratchpad.slice(address, address + data.bytes.length) };
    const [x, y] = [elements(found), elements(data)];
    for (let i = 0; i < x.count; i++) {
      const [a, b] = [x, y].map((e) => Number(e.access.read(e.view, i * e.size))) as [number, number]; // prettier-ignore
      if (Object.is(a, b) || a === b) continue;
      if (tolerance > 0 && Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b))) continue;
      return `${name}[${i}] is ${a}, expected ${b}`;
    }
  }
  return undefined;
}
