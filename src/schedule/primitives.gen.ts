// Made by `npm run gen` from the declarations below src/schedule/primitives.
import type { Primitive } from "./primitive.js";
import { cacheRead } from "./primitives/cache-read.js";
import { cacheWrite } from "./primitives/cache-write.js";
import { computeAt } from "./primitives/compute-at.js";
import { decomposeReduction } from "./primitives/decompose-reduction.js";
import { fuse } from "./primitives/fuse.js";
import { getLoops } from "./primitives/get-loops.js";
import { getSblock } from "./primitives/get-sblock.js";
import { reorder } from "./primitives/reorder.js";
import { reverseComputeAt } from "./primitives/reverse-compute-at.js";
import { split } from "./primitives/split.js";

export const primitives: readonly Primitive[] = [
  cacheRead as unknown as Primitive,
  cacheWrite as unknown as Primitive,
  computeAt as unknown as Primitive,
  decomposeReduction as unknown as Primitive,
  fuse as unknown as Primitive,
  getLoops as unknown as Primitive,
  getSblock as unknown as Primitive,
  reorder as unknown as Primitive,
  reverseComputeAt as unknown as Primitive,
  split as unknown as Primitive,
];
