/** Memory of kernels: small buffers of constant size on the stack, others in the scratch memory of the thread. */
import { binary, cast, intImm, type PrimExpr } from "../../../ir/tir/expr.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import { visit } from "../../../ir/core/visit.js";
import type { Alloc, Decl, Stmt } from "../../../ir/tir/stmt.js";
import { DiagnosticError } from "../../../support/diagnostic.js";
import { bytesOf, int64 } from "../../../support/dtype.js";
import { codegenCodes } from "../../codes.js";
import { stopIf, type FunctionContext } from "./context.js";
import { emitIndex } from "./index-value.js";

/** Bytes of one buffer that may stand on the stack. */
const STACK_BYTES = 1 << 15;

const DEVICE_SCOPE = /^(wmma|metal|m16n8k8|mma|warp|tmem|trn)|texture/;

/** Gives a buffer memory. */
export function emitAlloc(cx: FunctionContext, s: Alloc | Decl): void {
  const { f } = cx;
  const { buffer } = s;
  if (cx.registers.has(buffer)) return;
  const isPrivate = [...cx.privates.values()].some((list) => list.some((a) => a === s));
  if (isPrivate && !cx.isOutlined) return;
  if (DEVICE_SCOPE.test(buffer.scope))
    throw new DiagnosticError(
      codegenCodes.memoryScope({
        scope: buffer.scope,
        name: buffer.name,
        at: s.span ?? buffer.span,
      }),
    );
  const bytes = constantBytes(buffer);
  const { dialect } = cx.shared.module;
  if (bytes !== undefined && bytes <= STACK_BYTES) {
    const type = `[${Math.max(1, bytes)} x i8]`;
    const whole = f.atEntry(`alloca ${type}, align 64`);
    const pointer = dialect.pointerTo(type);
    const data =
      pointer === dialect.pointer
        ? whole
        : f.atEntry(`bitcast ${pointer} ${whole} to ${dialect.pointer}`);
    cx.values.set(buffer.data, data);
    f.root(data);
    return;
  }
  const size = emitIndex(cx, binary("mul", elementsOf(buffer), intImm(bytesOf(buffer.dtype), int64))); // prettier-ignore
  const pointer = f.value(`call ${dialect.pointer} @scratch.take(${dialect.pointer} %context, i64 ${size})`); // prettier-ignore
  const message = `no memory for \`${buffer.name}\``;
  const fails = f.value(`icmp eq ${dialect.pointer} ${pointer}, null`);
  stopIf(cx, fails, { kind: "memory", message, span: s.span });
  cx.values.set(buffer.data, pointer);
  f.root(pointer);
}

/** An alias needs no code; a declaration without memory behind it gets some. */
export function emitDecl(cx: FunctionContext, s: Decl): void {
  if (!cx.values.has(s.buffer.data)) emitAlloc(cx, s);
}

const wide = (e: PrimExpr): PrimExpr =>
  e.kind === "tir.IntImm" ? intImm(e.value, int64) : e.dtype === int64 ? e : cast(e, int64);

/** Elements of a buffer; a strided one spans 1 + Σ (extent − 1)·stride. */
function elementsOf(buffer: Buffer): PrimExpr {
  if (buffer.strides.length === 0)
    return buffer.shape.reduce<PrimExpr>((n, d) => times(n, wide(d)), intImm(1, int64));
  return buffer.shape.reduce<PrimExpr>(
    (n, d, k) =>
      binary(
        "add",
        n,
        binary("mul", binary("sub", wide(d), intImm(1, int64)), wide(buffer.strides[k]!)),
      ),
    intImm(1, int64),
  );
}

const times = (a: PrimExpr, b: PrimExpr): PrimExpr =>
  a.kind === "tir.IntImm" && b.kind === "tir.IntImm"
    ? intImm(BigInt(a.value) * BigInt(b.value), int64)
    : binary("mul", a, b);

function constantBytes(buffer: Buffer): number | undefined {
  if (buffer.strides.length > 0) return undefined;
  const elements = elementsOf(buffer);
  return elements.kind === "tir.IntImm"
    ? Number(elements.value) * bytesOf(buffer.dtype)
    : undefined;
}

/** Whether running the statement takes scratch memory. */
export function takesScratch(s: Stmt, owned: (buffer: Buffer) => boolean): boolean {
  let found = false;
  visit(s, {
    enter(node) {
      const isAlloc =
        node.kind === "tir.Alloc" || (node.kind === "tir.Decl" && !owned(node.buffer));
      if (isAlloc) found ||= (constantBytes(node.buffer) ?? Infinity) > STACK_BYTES;
      // Values take none.
      return found || node.kind === "tir.Store" || node.kind === "tir.Bind" ? false : undefined;
    },
  });
  return found;
}

/** Remembers the state of the scratch memory; what to call to go back to it. */
export function markScratch(cx: FunctionContext): () => void {
  const { f } = cx;
  const type = "[2 x i64]";
  const { dialect } = cx.shared.module;
  const pointer = dialect.pointerTo(type);
  const place =
    pointer === dialect.pointer
      ? "%context"
      : f.value(`bitcast ${dialect.pointer} %context to ${pointer}`);
  const saved = f.value(`load ${type}, ${pointer} ${place}, align 8`);
  return () => f.line(`store ${type} ${saved}, ${pointer} ${place}, align 8`);
}
