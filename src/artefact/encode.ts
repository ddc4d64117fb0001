/** An executable as sections of an artefact, and back. */
import { tryDType } from "../support/dtype.js";
import { bytesOf } from "../support/dtype.js";
import { int, type Int } from "../support/int.js";
import { elementCount } from "../support/ndarray.js";
import { Damaged, makeReader, makeWriter, type Reader, type Writer } from "./bytes.js";
import {
  dimOps,
  type CodePlace,
  type Constant,
  type Dim,
  type Executable,
  type FunctionRecord,
  type KernelArgument,
} from "./executable.js";

const KINDS = ["host", "kernel", "vm"] as const;

function writeDim(w: Writer, dim: Dim): void {
  if ("value" in dim) {
    w.u8(0);
    w.i64(BigInt(dim.value));
  } else if ("symbol" in dim) {
    w.u8(1);
    w.text(dim.symbol);
    w.u32(dim.id);
  } else {
    w.u8(2);
    w.u8(dimOps.indexOf(dim.op));
    w.u8(dim.args.length);
    dim.args.forEach((a) => writeDim(w, a));
  }
}

function readDim(r: Reader, depth = 0): Dim {
  if (depth > 200) throw new Damaged("an expression is nested too deeply");
  switch (r.u8()) {
    case 0:
      return { value: int(r.i64()) };
    case 1:
      return { symbol: r.text(), id: r.u32() };
    case 2: {
      const op = dimOps[r.u8()];
      const count = r.u8();
      const wanted = op === "not" ? 1 : op === "select" ? 3 : 2;
      if (op === undefined || count !== wanted) throw new Damaged("an expression is malformed");
      return { op, args: Array.from({ length: count }, () => readDim(r, depth + 1)) };
    }
    default:
      throw new Damaged("an expression is malformed");
  }
}

const ARGUMENTS = ["scalar", "pointer", "buffer"] as const;

function writeArgument(w: Writer, a: KernelArgument): void {
  w.u8(ARGUMENTS.indexOf(a.kind));
  w.text(a.name);
  if (a.kind !== "pointer") w.text(a.dtype);
  if (a.kind === "scalar") w.u32(a.id);
  if (a.kind === "buffer") {
    w.u32(a.shape.length);
    a.shape.forEach((d) => writeDim(w, d));
  }
}

function readArgument(r: Reader): KernelArgument {
  const kind = ARGUMENTS[r.u8()];
  const name = r.text();
  if (kind === "pointer") return { kind, name };
  const dtype = typeName(r);
  if (kind === "scalar") return { kind, name, dtype, id: r.u32() };
  if (kind !== "buffer") throw new Damaged("a kernel's parameter is malformed");
  const rank = r.count(9);
  return { kind, name, dtype, shape: Array.from({ length: rank }, () => readDim(r)) };
}

function typeName(r: Reader): string {
  const name = r.text();
  if (tryDType(name) === undefined) throw new Damaged(`there is no type \`${name}\``);
  return name;
}

function writeFunction(w: Writer, f: FunctionRecord): void {
  w.u8(KINDS.indexOf(f.kind));
  w.text(f.name);
  if (f.kind === "kernel") {
    w.u32(f.params.length);
    f.params.forEach((p) => writeArgument(w, p));
  }
  if (f.kind === "vm") {
    w.u32(f.start);
    w.u32(f.end);
    w.u32(f.registers);
    w.u8(f.isPublic ? 1 : 0);
    w.u32(f.paramNames.length);
    f.paramNames.forEach((p) => w.text(p));
  }
}

function readFunction(r: Reader): FunctionRecord {
  const kind = KINDS[r.u8()];
  const name = r.text();
  if (kind === "host") return { kind, name };
  if (kind === "kernel") {
    const count = r.count(5);
    return { kind, name, params: Array.from({ length: count }, () => readArgument(r)) };
  }
  if (kind !== "vm") throw new Damaged("a function record is malformed");
  const [start, end, registers] = [r.u32(), r.u32(), r.u32()];
  const isPublic = r.u8() !== 0;
  const count = r.count(4);
  const paramNames = Array.from({ length: count }, () => r.text());
  return { kind, name, start, end, paramNames, registers, isPublic };
}

/** Functions and bytecode. */
export function encodeCode(e: Executable): Uint8Array {
  const w = makeWriter();
  w.u32(e.functions.length);
  e.functions.forEach((f) => writeFunction(w, f));
  w.u32(e.offsets.length);
  e.offsets.forEach((o) => w.u32(o));
  w.u32(e.words.length);
  e.words.forEach((x) => w.i64(x));
  return w.finish();
}

export function decodeCode(bytes: Uint8Array): Pick<Executable, "functions" | "offsets" | "words"> {
  const r = makeReader(bytes);
  const functions = Array.from({ length: r.count(5) }, () => readFunction(r));
  const offsets = Uint32Array.from({ length: r.count(4) }, () => r.u32());
  const words = BigInt64Array.from({ length: r.count(8) }, () => r.i64());
  if (r.left > 0) throw new Damaged("something follows its code");
  return { functions, offsets, words };
}

const CONSTANTS = ["tensor", "shape", "int", "float", "string", "dtype"] as const;

export function encodeConstants(constants: readonly Constant[]): Uint8Array {
  const w = makeWriter();
  w.u32(constants.length);
  for (const c of constants) {
    w.u8(CONSTANTS.indexOf(c.kind));
    switch (c.kind) {
      case "tensor":
        w.text(c.data.dtype.name);
        w.u32(c.data.shape.length);
        c.data.shape.forEach((d) => w.i64(BigInt(d)));
        w.u32(c.data.bytes.length);
        w.align(8);
        w.raw(c.data.bytes);
        break;
      case "shape":
        w.u32(c.dims.length);
        c.dims.forEach((d) => w.i64(BigInt(d)));
        break;
      case "int":
        w.text(c.dtype);
        w.i64(BigInt.asIntN(64, BigInt(c.value)));
        break;
      case "float":
        w.text(c.dtype);
        w.f64(c.value);
        break;
      default:
        w.text(c.value);
    }
  }
  return w.finish();
}

const dims = (r: Reader): Int[] => Array.from({ length: r.count(8) }, () => int(r.i64()));

function readConstant(r: Reader): Constant {
  const kind = CONSTANTS[r.u8()];
  switch (kind) {
    case "tensor": {
      const dtype = tryDType(typeName(r))!;
      const shape = dims(r).map((d) => {
        if (typeof d !== "number" || d < 0) throw new Damaged("a tensor has a negative dimension");
        return d;
      });
      const length = r.u32();
      if (dtype.code === "handle" || dtype.code === "void" || dtype.scalable) {
        throw new Damaged(`a tensor has elements of type ${dtype.name}`);
      }
      if (length !== elementCount(shape) * bytesOf(dtype)) {
        throw new Damaged("a tensor's length does not fit its shape");
      }
      r.align(8);
      return { kind, data: { dtype, shape, bytes: r.raw(length) } };
    }
    case "shape":
      return { kind, dims: dims(r) };
    case "int": {
      const dtype = typeName(r);
      const value = r.i64();
      return { kind, dtype, value: int(dtype === "uint64" ? BigInt.asUintN(64, value) : value) };
    }
    case "float":
      return { kind, dtype: typeName(r), value: r.f64() };
    case "string":
      return { kind, value: r.text() };
    case "dtype":
      return { kind, value: typeName(r) };
    default:
      throw new Damaged("a constant is malformed");
  }
}

export function decodeConstants(bytes: Uint8Array): Constant[] {
  const r = makeReader(bytes);
  const constants = Array.from({ length: r.count(5) }, () => readConstant(r));
  if (r.left > 0) throw new Damaged("something follows its constants");
  return constants;
}

/** Texts and the place of each instruction. */
export function encodeSourceMap(e: Pick<Executable, "sources" | "places">): Uint8Array {
  const w = makeWriter();
  w.u32(e.sources.length);
  for (const s of e.sources) {
    w.text(s.name);
    w.text(s.text);
  }
  w.u32(e.places.length);
  for (const p of e.places) {
    w.u32(p === undefined ? 0 : p.source + 1);
    w.u32(p?.start ?? 0);
    w.u32(p?.end ?? 0);
  }
  return w.finish();
}

export function decodeSourceMap(bytes: Uint8Array): Pick<Executable, "sources" | "places"> {
  const r = makeReader(bytes);
  const sources = Array.from({ length: r.count(8) }, () => ({ name: r.text(), text: r.text() }));
  const places = Array.from({ length: r.count(12) }, (): CodePlace | undefined => {
    const [source, start, end] = [r.u32(), r.u32(), r.u32()];
    if (source === 0) return undefined;
    const text = sources[source - 1]?.text;
    if (text === undefined || start > end || end > text.length) {
      throw new Damaged("a place lies outside its text");
    }
    return { source: source - 1, start, end };
  });
  return { sources, places };
}
