/** TensorIR statements as closures that tell how they ended. */
import { exprText } from "../../arith/index.js";
import type { Buffer } from "../../ir/tir/buffer.js";
import type { PrimExpr } from "../../ir/tir/expr.js";
import type { AttrStmt, For, Realize, Stmt } from "../../ir/tir/stmt.js";
import { bytesOf } from "../../support/dtype.js";
import { addInt, type Int } from "../../support/int.js";
import type { Scalar } from "../../support/numeric/scalar.js";
import type { Span } from "../../support/source.js";
import { codes } from "../codes.js";
import { fail } from "../fail.js";
import { compileStore } from "./access.js";
import { bindView } from "./bind.js";
import { compileBlock } from "./block.js";
import { step, valuesNote, type Compiler } from "./compiler.js";
import {
  freshStorage,
  isPointer,
  makeView,
  compactStrides,
  storageOf,
  type Frame,
} from "./memory.js";

/** How a statement ended: by running through, or by leaving loops or the function. */
export type Ending = 0 | 1 | 2 | 3;
export const DONE = 0;
export const BREAK = 1;
export const CONTINUE = 2;
export const RETURN = 3;

export type StatementCode = (f: Frame) => Ending;

/** The slot that holds the returned value. */
export const RESULT = 0;

export function compileStatement(c: Compiler, s: Stmt): StatementCode {
  switch (s.kind) {
    case "tir.Seq": {
      const parts = s.body.map((x) => compileStatement(c, x));
      return (f) => {
        for (const part of parts) {
          const end = part(f);
          if (end !== DONE) return end;
        }
        return DONE;
      };
    }
    case "tir.Store": {
      const run = compileStore(c, s);
      return (f) => {
        run(f);
        return DONE;
      };
    }
    case "tir.Evaluate": {
      const isReturn = s.value.kind === "tir.Call" && s.value.op === "ret";
      if (isReturn && s.value.kind === "tir.Call") {
        return compileReturn(c, s.value.args[0] as PrimExpr | undefined);
      }
      const run = c.any(s.value);
      return (f) => {
        run(f);
        return DONE;
      };
    }
    case "tir.Bind": {
      const value = c.any(s.value);
      const slot = c.slot(s.var);
      return (f) => {
        f[slot] = value(f);
        return DONE;
      };
    }
    case "tir.For":
      return compileFor(c, s);
    case "tir.While": {
      const cond = c.scalar(s.cond, false);
      const body = compileStatement(c, s.body);
      return (f) => {
        while (cond(f) !== 0) {
          step(c.machine);
          const end = body(f);
          if (end === BREAK) break;
          if (end === RETURN) return RETURN;
        }
        return DONE;
      };
    }
    case "tir.If": {
      const cond = c.scalar(s.cond, false);
      const then = compileStatement(c, s.then);
      const otherwise = s.otherwise && compileStatement(c, s.otherwise);
      return (f) => (cond(f) !== 0 ? then(f) : otherwise ? otherwise(f) : DONE);
    }
    case "tir.Block":
      return compileBlock(c, s, (x) => compileStatement(c, x));
    case "tir.Alloc":
      return bindNew(c, s.buffer, s.span);
    case "tir.Decl":
      return compileDecl(c, s.buffer, s.span);
    case "tir.AllocConst": {
      const bind = bindView(c, s.buffer);
      return (f) => {
        bind(f, makeView(storageOf(s.data.bytes), s.data.dtype, s.data.shape));
        return DONE;
      };
    }
    case "tir.AttrStmt":
      return compileAttr(c, s);
    case "tir.Assert": {
      const cond = c.scalar(s.cond, false);
      return (f) => {
        if (cond(f) !== 0) return DONE;
        return fail(
          codes.assertFailed({
            at: s.span,
            kind: s.errorKind,
            text: s.message.join(""),
            condition: exprText(s.cond),
            notes: valuesNote(c, f, s.cond),
          }),
        );
      };
    }
    case "tir.Jump": {
      const end = s.jump === "break" ? BREAK : CONTINUE;
      return () => end;
    }
    case "tir.Return":
      return compileReturn(c, s.value);
    case "tir.Realize":
      return compileRealize(c, s);
  }
}

function compileReturn(c: Compiler, value: PrimExpr | undefined): StatementCode {
  if (value === undefined) return () => RETURN;
  const code = c.any(value);
  return (f) => {
    f[RESULT] = code(f);
    return RETURN;
  };
}

function compileFor(c: Compiler, s: For): StatementCode {
  const min = c.scalar(s.min, true, s.var.dtype);
  const extent = c.scalar(s.extent, true);
  const stride = s.step && c.scalar(s.step, true);
  const slot = c.slot(s.var);
  const body = compileStatement(c, s.body);
  return (f) => {
    const first = min(f);
    const end = addInt(first, extent(f));
    const by = stride ? stride(f) : 1;
    if (by <= 0) {
      fail(
        codes.wrongOperand({
          at: s.span,
          name: "loop",
          expected: "a positive step",
          actual: String(by),
        }),
      );
    }
    for (let i: Int = first; i < end; i = addInt(i, by)) {
      step(c.machine);
      f[slot] = i;
      const how = body(f);
      if (how === BREAK) break;
      if (how === RETURN) return RETURN;
    }
    return DONE;
  };
}

/** Numbers of a shape, which must not be negative. */
function extentsOf(c: Compiler, what: string, dims: readonly PrimExpr[], span: Span | undefined) {
  const parts = dims.map((d) => c.scalar(d, true));
  return (f: Frame): number[] =>
    parts.map((code, i) => {
      const extent: Scalar = code(f);
      if (extent >= 0) return Number(extent);
      const notes = valuesNote(c, f, dims[i]!);
      return fail(codes.negativeExtent({ at: span, what, extent, notes }));
    });
}

/** Memory for a shape, counted against the limit. */
export function allocate(c: Compiler, buffer: Buffer, shape: readonly number[], span?: Span) {
  const size = shape.reduce((a, b) => a * b, bytesOf(buffer.dtype));
  const limit = c.machine.memoryLimit;
  if (size > limit)
    fail(codes.tooMuchMemory({ at: span, buffer: buffer.name, bytes: size, limit }));
  return freshStorage(size);
}

/** Binds a buffer to memory of its own. */
export function bindNew(c: Compiler, buffer: Buffer, span: Span | undefined): StatementCode {
  const extents = extentsOf(c, buffer.name, buffer.shape, span ?? buffer.span);
  const strides = buffer.strides.map((s) => c.scalar(s, true));
  const bind = bindView(c, buffer);
  return (f) => {
    const shape = extents(f);
    const steps = strides.length > 0 ? strides.map((s) => Number(s(f))) : compactStrides(shape);
    // With gaps between rows the memory reaches to the last element.
    const reach = shape.includes(0)
      ? 0
      : 1 + shape.reduce((sum, d, i) => sum + (d - 1) * steps[i]!, 0);
    bind(f, makeView(allocate(c, buffer, [reach], span), buffer.dtype, shape, steps));
    return DONE;
  };
}

/** An alias of the memory behind its pointer; a pointer without memory gets some. */
function compileDecl(c: Compiler, buffer: Buffer, span: Span | undefined): StatementCode {
  const data = c.slot(buffer.data);
  const extents = extentsOf(c, buffer.name, buffer.shape, span ?? buffer.span);
  const strides = buffer.strides.map((s) => c.scalar(s, true));
  const offset = buffer.elemOffset && c.scalar(buffer.elemOffset, true);
  const own = bindNew(c, buffer, span);
  const slot = c.slot(buffer);
  return (f) => {
    const pointer = f[data];
    if (!isPointer(pointer)) return own(f);
    const shape = extents(f);
    const steps = strides.length > 0 ? strides.map((s) => Number(s(f))) : compactStrides(shape);
    const size = bytesOf(buffer.dtype);
    const at = pointer.at / size + (offset ? Number(offset(f)) : 0);
    f[slot] = makeView(pointer.storage, buffer.dtype, shape, steps, at);
    return DONE;
  };
}

/** Thread axes run one after the other; all other attributes only carry hints. */
function compileAttr(c: Compiler, s: AttrStmt): StatementCode {
  const { node } = s;
  const isThreads = s.key === "thread_extent" || s.key === "virtual_thread";
  const isAxis =
    isThreads &&
    typeof node === "object" &&
    node !== null &&
    "kind" in node &&
    node.kind === "tir.IterVar";
  if (!isAxis || node.kind !== "tir.IterVar" || c.threads.has(node.var)) {
    return compileStatement(c, s.body);
  }
  const axis = node.var;
  c.threads.add(axis);
  const extent = c.scalar(s.value as PrimExpr, true);
  const slot = c.slot(axis);
  const body = compileStatement(c, s.body);
  c.threads.delete(axis);
  return (f) => {
    const end = extent(f);
    for (let i = 0; i < end; i++) {
      step(c.machine);
      f[slot] = i;
      const how = body(f);
      if (how !== DONE) return how;
    }
    return DONE;
  };
}

/** Memory for the realised region only; indices stay those of the buffer. */
function compileRealize(c: Compiler, s: Realize): StatementCode {
  const { buffer, region } = s.region;
  const mins = region.map((r) => c.scalar(r.min, true));
  const extents = extentsOf(c, buffer.name, region.map((r) => r.extent), s.span); // prettier-ignore
  const bind = bindView(c, buffer);
  const cond = s.cond && c.scalar(s.cond, false);
  const body = compileStatement(c, s.body);
  return (f) => {
    if (cond && cond(f) === 0) return DONE;
    const low = mins.map((m) => Number(m(f)));
    const sizes = extents(f);
    const strides = compactStrides(sizes);
    const storage = allocate(c, buffer, sizes, s.span);
    const offset = low.reduce((sum, m, i) => sum - m * strides[i]!, 0);
    const shape = low.map((m, i) => m + sizes[i]!);
    bind(f, makeView(storage, buffer.dtype, shape, strides, offset));
    return body(f);
  };
}
