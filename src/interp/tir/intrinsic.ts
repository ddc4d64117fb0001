/** Intrinsic calls and calls of other functions. */
import { exprText } from "../../arith/index.js";
import type { Call, CallArg, CallGlobal, PrimExpr } from "../../ir/tir/expr.js";
import {
  bytesOf,
  dtype,
  isFloat,
  isVector,
  laneOf,
  tryDType,
  type DType,
} from "../../support/dtype.js";
import { arithmetic } from "../../support/numeric/arithmetic.js";
import { integerRange, type Scalar } from "../../support/numeric/scalar.js";
import { floatFormat } from "../../support/numeric/float-format.js";
import { elementAccess } from "../../support/numeric/element.js";
import { codes } from "../codes.js";
import { fail } from "../fail.js";
import { operandText, step, valuesNote, type AnyCode, type Compiler } from "./compiler.js";
import { callHost } from "./host-call.js";
import { laneFunction, reinterpreter } from "./lane-function.js";
import {
  compactStrides,
  isPointer,
  isView,
  makeView,
  pointerTo,
  type Frame,
  type Pointer,
  type Slot,
} from "./memory.js";

const isExpr = (a: CallArg): a is PrimExpr =>
  a.kind !== "tir.Buffer" &&
  a.kind !== "tir.BufferRegion" &&
  a.kind !== "tir.AttrArg" &&
  a.kind !== "tir.DTypeImm";

/** An operand that may be a buffer, which stands for its bound view. */
function compileOperand(c: Compiler, a: CallArg): AnyCode {
  if (isExpr(a)) return c.any(a);
  if (a.kind === "tir.Buffer") {
    const slot = c.slot(a);
    return (f) => f[slot];
  }
  if (a.kind === "tir.DTypeImm") return () => a.value.name;
  if (a.kind === "tir.AttrArg" && (typeof a.value === "string" || typeof a.value === "number")) {
    const value = a.value;
    return () => value;
  }
  if (a.kind === "tir.AttrArg" && a.value === null) return () => 0;
  return fail(
    codes.wrongOperand({ at: a.span, name: "call", expected: "a value", actual: operandText(a) }),
  );
}

function wrong(e: Call, expected: string, actual: string): never {
  return fail(codes.wrongOperand({ at: e.span, name: e.op, expected, actual }));
}

const exprArg = (e: Call, i: number): PrimExpr => {
  const a = e.args[i];
  if (a === undefined || !isExpr(a)) {
    return wrong(e, "an expression", a === undefined ? "nothing" : operandText(a));
  }
  return a;
};

type Special = (c: Compiler, e: Call) => AnyCode;

const truthAssertion: Special = (c, e) => {
  const cond = exprArg(e, 0);
  const code = c.scalar(cond, false);
  return (f) => {
    if (code(f) !== 0) return 1;
    const notes = valuesNote(c, f, cond);
    return fail(codes.assumeFailed({ at: e.span, condition: exprText(cond), notes }));
  };
};

/** Place of an element. */
const addressOf: Special = (c, e) => {
  const load = exprArg(e, 0);
  if (load.kind !== "tir.Load") {
    if (load.dtype.code === "handle") return c.any(load);
    return wrong(e, "an element of a buffer", exprText(load));
  }
  const slot = c.slot(load.buffer);
  const indices = load.indices.map((i) => c.scalar(i.kind === "tir.Ramp" ? i.base : i, true));
  return (f) => {
    const view = f[slot];
    if (!isView(view)) return fail(codes.notBound({ at: e.span, name: load.buffer.name }));
    let at = view.offset;
    indices.forEach((code, i) => (at += Number(code(f)) * view.strides[i]!));
    return { storage: view.storage, at: at * view.size };
  };
};

/** `tvm_access_ptr(type, data, offset, extent, rw)` */
const accessPointer: Special = (c, e) => {
  const type = e.args[0];
  const name = type === undefined ? "" : typeName(type);
  const data = compileOperand(c, e.args[1]!);
  const offset = c.scalar(exprArg(e, 2), true);
  const size = bytesOf(tryDType(name) ?? dtype("uint8"));
  return (f) => {
    const base = toPointer(data(f));
    return base && { storage: base.storage, at: base.at + Number(offset(f)) * size };
  };
};

/** The type an operand names: `T.type_annotation("float32")`, `T.float32`, `"float32"`. */
function typeName(a: CallArg): string {
  if (a.kind === "tir.DTypeImm") return a.value.name;
  if (a.kind === "tir.StringImm") return a.value;
  if (a.kind === "tir.AttrArg" && typeof a.value === "string") return a.value;
  if (a.kind === "tir.Call" && a.op === "type_annotation") {
    return a.args[0] !== undefined ? typeName(a.args[0]) : a.dtype.name;
  }
  return "";
}

const toPointer = (x: Slot): Pointer | undefined =>
  isView(x) ? pointerTo(x) : isPointer(x) ? x : undefined;

const laneCount = (c: Compiler, type: DType): number =>
  type.lanes * (type.scalable ? c.machine.vscale : 1);

/** The same bits as another type; lanes may be grouped differently. */
const reinterpret: Special = (c, e) => {
  const value = exprArg(e, e.args.length - 1);
  const [from, to] = [laneOf(value.dtype), laneOf(e.dtype)];
  const convert = reinterpreter(from, to);
  if (convert !== undefined && value.dtype.lanes === e.dtype.lanes) {
    if (!isVector(e.dtype)) {
      const code = c.scalar(value, false);
      return (f) => convert(code(f));
    }
    const code = c.lanes(value, false);
    return (f) => code(f).map(convert);
  }
  const count = laneCount(c, e.dtype);
  const size = laneCount(c, value.dtype) * from.bits;
  if (size !== count * to.bits || from.bits % 8 !== 0 || to.bits % 8 !== 0) {
    return wrong(e, `${e.dtype.bits * count} bits`, value.dtype.name);
  }
  const code = c.lanes(value, false);
  const [write, read] = [elementAccess(from), elementAccess(to)];
  const lanesOf = (f: Frame): Scalar[] => {
    const view = new DataView(new ArrayBuffer(size / 8));
    code(f).forEach((x, i) => write.write(view, i * write.bytes, x));
    return Array.from({ length: count }, (_, i) => read.read(view, i * read.bytes));
  };
  return isVector(e.dtype) ? lanesOf : (f) => lanesOf(f)[0]!;
};

const half =
  (upper: boolean): Special =>
  (c, e) => {
    const code = c.lanes(exprArg(e, 0), false);
    return (f) => {
      const v = code(f);
      return upper ? v.slice(v.length / 2) : v.slice(0, v.length / 2);
    };
  };

const combine: Special = (c, e) => {
  const parts = e.args.map((_, i) => c.lanes(exprArg(e, i), false));
  return (f) => parts.flatMap((p) => p(f));
};

/** `get_active_lane_mask(base, limit)`: lane i is on while base + i < limit. */
const laneMask: Special = (c, e) => {
  const base = c.scalar(exprArg(e, 0), true);
  const limit = c.scalar(exprArg(e, 1), true);
  const lanes = laneCount(c, e.dtype);
  return (f) => {
    const [b, l] = [Number(base(f)), Number(limit(f))];
    return Array.from({ length: lanes }, (_, i) => (b + i < l ? 1 : 0));
  };
};

/** Sum of the products of four bytes each, added to the third operand. */
const dotOfFour: Special = (c, e) => {
  const [a, b] = [c.lanes(exprArg(e, 0), false), c.lanes(exprArg(e, 1), false)];
  const sum = c.scalar(exprArg(e, 2), false);
  const add = arithmetic("add", laneOf(e.dtype))!;
  return (f) => {
    const [x, y] = [a(f), b(f)];
    return x.reduce<Scalar>((s, v, i) => add(s, Number(v) * Number(y[i]!))!, sum(f));
  };
};

const extremes = (type: DType): { min: Scalar; max: Scalar; infinity: number } => {
  const infinity = Infinity;
  if (!isFloat(type)) return { ...integerRange(type), infinity };
  const max =
    floatFormat(type)?.maxFinite ?? (type.bits === 32 ? 3.4028234663852886e38 : Number.MAX_VALUE);
  return { min: -max, max, infinity };
};

const constantOf =
  (which: "min" | "max" | "infinity"): Special =>
  (_, e) => {
    const value = extremes(laneOf(e.dtype))[which];
    return () => value;
  };

const lazyChoice: Special = (c, e) => {
  const cond = c.scalar(exprArg(e, 0), false);
  const [then, otherwise] = [c.any(exprArg(e, 1)), c.any(exprArg(e, 2))];
  return (f) => (cond(f) !== 0 ? then(f) : otherwise(f));
};

const binaryCall =
  (op: "div" | "mod" | "floordiv" | "floormod" | "ceildiv" | "min" | "max"): Special =>
  (c, e) =>
    c.any({
      kind: "tir.Binary",
      op,
      a: exprArg(e, 0),
      b: exprArg(e, 1),
      dtype: e.dtype,
      span: e.span,
    });

/** A tensor as a packed function sees it. */
const makeArray: Special = (c, e) => {
  const data = compileOperand(c, e.args[0]!);
  const shape = compileOperand(c, e.args[1]!);
  const strides = e.args[2] === undefined ? () => 0 : compileOperand(c, e.args[2]);
  const sample = e.args[4];
  const type = sample !== undefined && isExpr(sample) ? laneOf(sample.dtype) : dtype("uint8");
  return (f) => {
    const base = toPointer(data(f));
    const dims = shape(f);
    const given = strides(f);
    if (base === undefined || !Array.isArray(dims)) return undefined;
    const numbers = (dims as readonly Scalar[]).map(Number);
    const steps = Array.isArray(given)
      ? (given as readonly Scalar[]).map(Number)
      : compactStrides(numbers);
    return makeView(base.storage, type, numbers, steps, base.at / bytesOf(type));
  };
};

const makeShape: Special = (c, e) => {
  const dims = e.args.map((_, i) => c.scalar(exprArg(e, i), false));
  return (f) => dims.map((d) => d(f));
};

const hostCall: Special = (c, e) => {
  const name = e.args[0];
  const symbol = name?.kind === "tir.StringImm" ? name.value : undefined;
  if (symbol === undefined) return wrong(e, "the name of a host function", "something else");
  const args = e.args.slice(1).map((a) => compileOperand(c, a));
  const types = e.args.slice(1).map((a) => (isExpr(a) ? a.dtype : undefined));
  const local = c.machine.module.functions.get(symbol);
  if (local?.kind === "tir.PrimFunc") {
    return (f) =>
      enter(c, local.name, () => c.machine.functionOf(local).run(args.map((a) => a(f))));
  }
  return (f) =>
    callHost(
      c,
      e,
      symbol,
      args.map((a) => a(f)),
      types,
    );
};

const nothing: Special = () => () => 0;

/** `T.check_index(index, extent, "A[i]")` */
const checkedIndex: Special = (c, e) => {
  const index = exprArg(e, 0);
  const code = c.scalar(index, true);
  const limit = c.scalar(exprArg(e, 1), true);
  const name = e.args[2];
  const access = name?.kind === "tir.StringImm" ? name.value : exprText(index);
  return (f) => {
    const at = code(f);
    const extent = limit(f);
    if (at >= 0 && at < extent) return at;
    const notes = valuesNote(c, f, index);
    return fail(codes.indexOutOfBounds({ at: e.span, access, axis: 0, index: at, extent, notes }));
  };
};

const specials: Readonly<Record<string, Special>> = {
  assume: truthAssertion,
  check_index: checkedIndex,
  address_of: addressOf,
  tvm_access_ptr: accessPointer,
  access_ptr: accessPointer,
  reinterpret,
  vectorlow: half(false),
  vectorhigh: half(true),
  vectorcombine: combine,
  get_active_lane_mask: laneMask,
  dp4a: dotOfFour,
  min_value: constantOf("min"),
  max_value: constantOf("max"),
  infinity: constantOf("infinity"),
  if_then_else: lazyChoice,
  truncdiv: binaryCall("div"),
  truncmod: binaryCall("mod"),
  floordiv: binaryCall("floordiv"),
  floormod: binaryCall("floormod"),
  ceildiv: binaryCall("ceildiv"),
  min: binaryCall("min"),
  max: binaryCall("max"),
  tvm_stack_make_array: makeArray,
  tvm_stack_make_shape: makeShape,
  call_extern: hostCall,
  call_pure_extern: hostCall,
  call_packed: hostCall,
  call_cpacked: hostCall,
  call_packed_lowered: hostCall,
  tvm_call_packed: hostCall,
  prefetch: nothing,
  undef: (_, e) => () => (isVector(e.dtype) ? new Array<Scalar>(e.dtype.lanes).fill(0) : 0),
  vscale: (c) => () => c.machine.vscale,
  isnullptr: (c, e) => {
    const p = compileOperand(c, e.args[0]!);
    return (f) => (isPointer(p(f)) || isView(p(f)) ? 0 : 1);
  },
  large_uint_imm: (c, e) => {
    const [low, high] = [c.scalar(exprArg(e, 0), false), c.scalar(exprArg(e, 1), false)];
    const or = arithmetic("bitor", laneOf(e.dtype))!;
    return (f) => or(Number(low(f)), BigInt(high(f)) << 32n)!;
  },
};

/** A call, by name: an intrinsic of its own, or a function of each lane. */
export function compileCall(c: Compiler, e: Call): AnyCode {
  if (Object.hasOwn(specials, e.op)) return specials[e.op]!(c, e);
  const args = e.args.filter(isExpr);
  const types = args.map((a) => a.dtype);
  const apply = args.length === e.args.length ? laneFunction(e.op, e.dtype, types) : undefined;
  if (apply === undefined) {
    return fail(codes.unsupported({ at: e.span, name: e.op, home: homeOf(e.op) }));
  }
  const finish = (f: Frame, x: Scalar | undefined): Scalar =>
    x ??
    fail(
      codes.wrongOperand({
        at: e.span,
        name: e.op,
        expected: "operands for which it is defined",
        actual: args.map(exprText).join(", "),
        notes: valuesNote(c, f, ...args),
      }),
    );
  // Floats are converted to the result's type, as `T.pow(x, 2)` needs; other operands are taken as they are.
  const target = (a: PrimExpr): DType | undefined =>
    isFloat(e.dtype) && isFloat(a.dtype) ? e.dtype : undefined;
  if (!isVector(e.dtype)) {
    const codesOf = args.map((a) => c.scalar(a, false, target(a)));
    const [a, b] = codesOf;
    if (codesOf.length === 1) return (f) => finish(f, apply(a!(f)));
    if (codesOf.length === 2) return (f) => finish(f, apply(a!(f), b!(f)));
    return (f) => finish(f, apply(...codesOf.map((code) => code(f))));
  }
  const vectors = args.map((a) => c.lanes(a, false, target(a)));
  return (f) => {
    const values = vectors.map((v) => v(f));
    const lanes = Math.max(...values.map((v) => v.length));
    return Array.from({ length: lanes }, (_, i) =>
      finish(f, apply(...values.map((v) => v[i % v.length]!))),
    );
  };
}

/** Where an intrinsic can run, for the message. */
function homeOf(name: string): string {
  if (
    /^(ptx|tvm_(mma|load|fill|store|bmma|warp|thread|storage_sync|global_barrier)|cuda|nvshmem)/.test(
      name,
    )
  ) {
    return "a GPU";
  }
  if (/^(simdgroup|make_filled_simdgroup)/.test(name)) return "a Metal GPU";
  if (/^(dma|mem_copy|texture2d)/.test(name)) return "an accelerator with its own memory";
  if (/^call_llvm/.test(name)) return "the LLVM back end";
  return "a later stage of compilation";
}

function enter(c: Compiler, name: string, body: () => Slot): Slot {
  const { machine } = c;
  step(machine);
  if (machine.depth >= machine.depthLimit) {
    fail(codes.callDepth({ name, limit: machine.depthLimit }));
  }
  machine.depth++;
  const result = body();
  machine.depth--;
  return result;
}

/** A call of another TensorIR function of the module. */
export function compileCallGlobal(c: Compiler, e: CallGlobal): AnyCode {
  const args = e.args.map((a) => compileOperand(c, a));
  const { name } = e.callee;
  return (f) => {
    const callee = c.machine.module.functions.get(name);
    if (callee?.kind !== "tir.PrimFunc") return fail(codes.noFunction({ at: e.span, name }));
    return enter(c, name, () => c.machine.functionOf(callee).run(args.map((a) => a(f))));
  };
}
