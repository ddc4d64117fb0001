import type { AttrValue } from "../../ir/core/node.js";
import { rewrite } from "../../ir/core/rewrite.js";
import type { Node } from "../../ir/nodes.js";
import { makeBuffer, type Buffer } from "../../ir/tir/buffer.js";
import { binary, intImm, type PrimExpr } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { visitStatements } from "../../ir/tir/statements.js";
import type { Alloc, Stmt } from "../../ir/tir/stmt.js";
import { isInt } from "../../support/int.js";
import { definePass } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";
import { replaceNodes } from "./replace.js";
import { addIndex, mulIndex, subIndex } from "./strides.js";

/** Annotation of an allocation, and (with the number of the buffer in front) of a block that writes it. */
export const ALIGN = "buffer_dim_align";

/**
 * Precondition: level `loop`. Result: allocations that are asked to have their rows a certain way apart have strides.
 * Sound because elements keep their indices.
 */
export const alignStorage = definePass({
  name: "align-storage",
  dialect: "tir",
  summary: "Lays out buffers with the distances between rows that blocks ask for.",
  from: "loop",
  requires: ["plan-allocation"],
  options: {},
  run: (module) => mapPrimFuncs(module, aligned),
});

function aligned(func: PrimFunc): PrimFunc {
  const images = new Map<Node, Node>();
  visitStatements(func.body, (s) => {
    const strides = s.kind === "tir.Alloc" ? stridesFor(s) : undefined;
    if (s.kind === "tir.Alloc" && strides !== undefined)
      images.set(s.buffer, makeBuffer({ ...s.buffer, strides }));
  });
  if (images.size === 0) return func;
  return rewrite(replaceNodes(func, images), (n) => (n.kind === "tir.Alloc" ? done(n) : n));
}

/** The allocation without what has been asked for. */
function done(node: Alloc): Alloc {
  if (!node.annotations.has(ALIGN)) return node;
  return { ...node, annotations: new Map([...node.annotations].filter(([key]) => key !== ALIGN)) };
}

/** One request: the axis, and what its stride is modulo the factor. */
interface Request {
  readonly axis: number;
  readonly factor: number;
  readonly offset: number;
}

/** The requests in an annotation of numbers; entries of another form say nothing. */
export function requestsOf(value: AttrValue | undefined): readonly Request[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly AttrValue[]).flatMap((entry) => {
    if (!Array.isArray(entry)) return [];
    const numbers = (entry as readonly AttrValue[]).map(numberOf);
    const [axis, factor, offset] = numbers;
    if (numbers.length !== 3 || axis === undefined || !factor || offset === undefined) return [];
    return [{ axis, factor, offset }];
  });
}

/** A number as attributes hold it. */
export function numberOf(v: AttrValue): number | undefined {
  if (isInt(v)) return Number(v);
  const isImm = typeof v === "object" && v !== null && "kind" in v && v.kind === "tir.IntImm";
  return isImm ? Number(v.value) : undefined;
}

function stridesFor({ buffer, annotations }: Alloc): readonly PrimExpr[] | undefined {
  const requests = requestsOf(annotations.get(ALIGN));
  if (requests.length === 0 || buffer.strides.length > 0) return undefined;
  const strides: PrimExpr[] = [];
  let next: PrimExpr = intImm(1, buffer.shape[0]?.dtype);
  for (let k = buffer.shape.length - 1; k >= 0; k--) {
    for (const { factor, offset } of requests.filter((r) => r.axis === k))
      next = addIndex(next, gap(next, factor, offset));
    strides.unshift(next);
    next = mulIndex(next, buffer.shape[k]!);
  }
  return strides;
}

/** What is missing until the stride is `offset` modulo `factor`. */
function gap(stride: PrimExpr, factor: number, offset: number): PrimExpr {
  if (stride.kind === "tir.IntImm") {
    const rest = (offset - Number(stride.value)) % factor;
    return intImm(rest < 0 ? rest + factor : rest, stride.dtype);
  }
  const difference = subIndex(intImm(offset, stride.dtype), stride);
  return binary("floormod", difference, intImm(factor, stride.dtype));
}

/** The requests of blocks for a buffer, as the annotation of its allocation. */
export function alignmentOf(root: Stmt, buffer: Buffer): readonly AttrValue[] {
  const found: AttrValue[] = [];
  visitStatements(root, (s) => {
    const entries = s.kind === "tir.Block" ? s.annotations.get(ALIGN) : undefined;
    if (s.kind !== "tir.Block" || !Array.isArray(entries)) return;
    for (const entry of entries as readonly AttrValue[]) {
      const [which, ...request] = Array.isArray(entry) ? (entry as readonly AttrValue[]) : [];
      const at = which === undefined ? undefined : numberOf(which);
      if (at !== undefined && s.writes[at]?.buffer === buffer) found.push(request);
    }
  });
  return found;
}
