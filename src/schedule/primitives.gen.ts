// Made by `npm run gen` from the declarations below src/schedule/primitives.
import type { Primitive } from "./primitive.js";
import { addUnitLoop } from "./primitives/add-unit-loop.js";
import { annotate } from "./primitives/annotate.js";
import { bind } from "./primitives/bind.js";
import { cacheRead } from "./primitives/cache-read.js";
import { cacheWrite } from "./primitives/cache-write.js";
import { computeAt } from "./primitives/compute-at.js";
import { computeInline } from "./primitives/compute-inline.js";
import { decomposeReduction } from "./primitives/decompose-reduction.js";
import { fuse } from "./primitives/fuse.js";
import { getLoops } from "./primitives/get-loops.js";
import { getSblock } from "./primitives/get-sblock.js";
import { inlineInit } from "./primitives/inline-init.js";
import { parallel } from "./primitives/parallel.js";
import { reorder } from "./primitives/reorder.js";
import { reorderBlockIterVar } from "./primitives/reorder-block-iter-var.js";
import { reverseComputeAt } from "./primitives/reverse-compute-at.js";
import { reverseComputeInline } from "./primitives/reverse-compute-inline.js";
import { split } from "./primitives/split.js";
import { unannotate } from "./primitives/unannotate.js";
import { unroll } from "./primitives/unroll.js";
import { vectorize } from "./primitives/vectorize.js";

export const primitives: readonly Primitive[] = [
  addUnitLoop as unknown as Primitive,
  annotate as unknown as Primitive,
  bind as unknown as Primitive,
  cacheRead as unknown as Primitive,
  cacheWrite as unknown as Primitive,
  computeAt as unknown as Primitive,
  computeInline as unknown as Primitive,
  decomposeReduction as unknown as Primitive,
  fuse as unknown as Primitive,
  getLoops as unknown as Primitive,
  getSblock as unknown as Primitive,
  inlineInit as unknown as Primitive,
  parallel as unknown as Primitive,
  reorder as unknown as Primitive,
  reorderBlockIterVar as unknown as Primitive,
  reverseComputeAt as unknown as Primitive,
  reverseComputeInline as unknown as Primitive,
  split as unknown as Primitive,
  unannotate as unknown as Primitive,
  unroll as unknown as Primitive,
  vectorize as unknown as Primitive,
];
