/** Names in a TensorIR function that nothing uses, and names that hide others. */
import { visit } from "../../ir/core/visit.js";
import type { Node } from "../../ir/nodes.js";
import type { Buffer } from "../../ir/tir/buffer.js";
import type { Var } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import type { Sink } from "../../support/diagnostic.js";
import type { Span } from "../../support/source.js";
import { sco } from "../codes.js";

/** Warns of unused parameters, locals and buffers. */
export function reportUnused(func: PrimFunc, sink: Sink): void {
  const { used, locals, buffers } = collect(func);
  const isQuiet = (name: string): boolean => name.startsWith("_") || name === "";
  for (const { var: v, buffer, span } of func.params) {
    const name = buffer?.name ?? v.name;
    const isUsed =
      used.has(v) || (buffer !== undefined && (used.has(buffer) || used.has(buffer.data)));
    if (!isUsed && !isQuiet(name) && !definesUsedSymbol(buffer, used)) {
      sink.report(sco.unusedParameter({ name, func: func.name, at: v.span ?? span ?? func.span }));
    }
  }
  for (const [v, kind, span] of locals) {
    if (!used.has(v) && !isQuiet(v.name))
      sink.report(sco.unusedVariable({ kind, name: v.name, func: func.name, at: v.span ?? span }));
  }
  for (const [b, span] of buffers) {
    if (used.has(b) || used.has(b.data) || isQuiet(b.name)) continue;
    if (b.scalar) {
      sink.report(
        sco.unusedVariable({ kind: "variable", name: b.name, func: func.name, at: b.span ?? span }),
      );
      continue;
    }
    sink.report(sco.unusedBuffer({ name: b.name, func: func.name, at: b.span ?? span }));
  }
}

/** A parameter may be there for the sizes it brings. */
const definesUsedSymbol = (buffer: Buffer | undefined, used: ReadonlySet<Node>): boolean =>
  buffer !== undefined && buffer.shape.some((dim) => dim.kind === "tir.Var" && used.has(dim));

function collect(func: PrimFunc): {
  used: Set<Node>;
  locals: (readonly [Var, string, Span | undefined])[];
  buffers: (readonly [Buffer, Span | undefined])[];
} {
  const used = new Set<Node>();
  const locals: (readonly [Var, string, Span | undefined])[] = [];
  const buffers: (readonly [Buffer, Span | undefined])[] = [];
  visit(func.body, {
    enter(node, defining) {
      switch (node.kind) {
        case "tir.Var":
          if (!defining) used.add(node);
          return;
        case "tir.Buffer":
          if (!defining && !node.scalar) used.add(node);
          return;
        case "tir.Store":
          // Setting a scalar that nothing reads is no use of it.
          if (!node.buffer.scalar) used.add(node.buffer);
          return;
        case "tir.Load":
        case "tir.BufferRegion":
          used.add(node.buffer);
          return;
        case "tir.Call":
        case "tir.CallGlobal":
          for (const arg of node.args) if (arg.kind === "tir.Buffer") used.add(arg);
          return;
        case "tir.Bind":
          locals.push([node.var, "variable", node.span]);
          return;
        case "tir.Alloc":
        case "tir.Decl":
        case "tir.AllocConst":
          buffers.push([node.buffer, node.span]);
          // An alias uses the memory it names.
          if (node.kind === "tir.Decl") used.add(node.buffer.data);
          return;
        case "tir.Block":
          for (const b of node.allocs) buffers.push([b, b.span ?? node.span]);
          return;
        default:
          return;
      }
    },
  });
  return { used, locals, buffers };
}

/** Warns of names that hide another one of the function. */
export function reportShadowed(func: PrimFunc, sink: Sink): void {
  const open: Var[] = [];
  const walk = (node: Node): void => {
    const mark = open.length;
    visit(node, {
      enter(inner, defining) {
        if (inner.kind !== "tir.Var" || !defining || inner.dtype.code === "handle") return;
        if (open.some((v) => v !== inner && v.name === inner.name)) {
          sink.report(sco.shadowedName({ name: inner.name, func: func.name, at: inner.span }));
        }
        open.push(inner);
      },
    });
    open.length = mark;
  };
  walk(func);
}
