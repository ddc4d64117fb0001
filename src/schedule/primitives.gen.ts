// Made by `npm run gen` from the declarations below src/schedule/primitives.
import type { Primitive } from "./primitive.js";
import { addUnitLoop } from "./primitives/add-unit-loop.js";
import { anchor } from "./primitives/anchor.js";
import { annotate } from "./primitives/annotate.js";
import { annotateBufferAccess } from "./primitives/annotate-buffer-access.js";
import { bind } from "./primitives/bind.js";
import { blockize } from "./primitives/blockize.js";
import { cacheIndex } from "./primitives/cache-index.js";
import { cacheInplace } from "./primitives/cache-inplace.js";
import { cacheRead } from "./primitives/cache-read.js";
import { cacheWrite } from "./primitives/cache-write.js";
import { computeAt } from "./primitives/compute-at.js";
import { computeInline } from "./primitives/compute-inline.js";
import { decomposePadding } from "./primitives/decompose-padding.js";
import { decomposeReduction } from "./primitives/decompose-reduction.js";
import { enterPostproc } from "./primitives/enter-postproc.js";
import { epilogue } from "./primitives/epilogue.js";
import { fuse } from "./primitives/fuse.js";
import { fuseReductionEpilogue } from "./primitives/fuse-reduction-epilogue.js";
import { getChildBlocks } from "./primitives/get-child-blocks.js";
import { getConsumers } from "./primitives/get-consumers.js";
import { getLoops } from "./primitives/get-loops.js";
import { getOutputBlocks } from "./primitives/get-output-blocks.js";
import { getProducers } from "./primitives/get-producers.js";
import { getSblock } from "./primitives/get-sblock.js";
import { getSblocks } from "./primitives/get-sblocks.js";
import { inlineInit } from "./primitives/inline-init.js";
import { loopPartition } from "./primitives/loop-partition.js";
import { merge } from "./primitives/merge.js";
import { nontemporal } from "./primitives/nontemporal.js";
import { padEinsum } from "./primitives/pad-einsum.js";
import { padHalo } from "./primitives/pad-halo.js";
import { parallel } from "./primitives/parallel.js";
import { prefetch } from "./primitives/prefetch.js";
import { prologue } from "./primitives/prologue.js";
import { reindex } from "./primitives/reindex.js";
import { reindexCacheRead } from "./primitives/reindex-cache-read.js";
import { reindexCacheWrite } from "./primitives/reindex-cache-write.js";
import { reorder } from "./primitives/reorder.js";
import { reorderBlockIterVar } from "./primitives/reorder-block-iter-var.js";
import { reverseComputeAt } from "./primitives/reverse-compute-at.js";
import { reverseComputeInline } from "./primitives/reverse-compute-inline.js";
import { rfactor } from "./primitives/rfactor.js";
import { rollingBuffer } from "./primitives/rolling-buffer.js";
import { sampleCategorical } from "./primitives/sample-categorical.js";
import { sampleComputeLocation } from "./primitives/sample-compute-location.js";
import { samplePartitionedTile } from "./primitives/sample-partitioned-tile.js";
import { samplePerfectTile } from "./primitives/sample-perfect-tile.js";
import { seed } from "./primitives/seed.js";
import { setScope } from "./primitives/set-scope.js";
import { split } from "./primitives/split.js";
import { storageAlign } from "./primitives/storage-align.js";
import { tensorize } from "./primitives/tensorize.js";
import { transformBlockLayout } from "./primitives/transform-block-layout.js";
import { transformLayout } from "./primitives/transform-layout.js";
import { unannotate } from "./primitives/unannotate.js";
import { unroll } from "./primitives/unroll.js";
import { unsafeHideBufferAccess } from "./primitives/unsafe-hide-buffer-access.js";
import { unsafeSetDtype } from "./primitives/unsafe-set-dtype.js";
import { vectorize } from "./primitives/vectorize.js";
import { workOnFunction } from "./primitives/work-on.js";

export const primitives: readonly Primitive[] = [
  addUnitLoop as unknown as Primitive,
  anchor as unknown as Primitive,
  annotate as unknown as Primitive,
  annotateBufferAccess as unknown as Primitive,
  bind as unknown as Primitive,
  blockize as unknown as Primitive,
  cacheIndex as unknown as Primitive,
  cacheInplace as unknown as Primitive,
  cacheRead as unknown as Primitive,
  cacheWrite as unknown as Primitive,
  computeAt as unknown as Primitive,
  computeInline as unknown as Primitive,
  decomposePadding as unknown as Primitive,
  decomposeReduction as unknown as Primitive,
  enterPostproc as unknown as Primitive,
  epilogue as unknown as Primitive,
  fuse as unknown as Primitive,
  fuseReductionEpilogue as unknown as Primitive,
  getChildBlocks as unknown as Primitive,
  getConsumers as unknown as Primitive,
  getLoops as unknown as Primitive,
  getOutputBlocks as unknown as Primitive,
  getProducers as unknown as Primitive,
  getSblock as unknown as Primitive,
  getSblocks as unknown as Primitive,
  inlineInit as unknown as Primitive,
  loopPartition as unknown as Primitive,
  merge as unknown as Primitive,
  nontemporal as unknown as Primitive,
  padEinsum as unknown as Primitive,
  padHalo as unknown as Primitive,
  parallel as unknown as Primitive,
  prefetch as unknown as Primitive,
  prologue as unknown as Primitive,
  reindex as unknown as Primitive,
  reindexCacheRead as unknown as Primitive,
  reindexCacheWrite as unknown as Primitive,
  reorder as unknown as Primitive,
  reorderBlockIterVar as unknown as Primitive,
  reverseComputeAt as unknown as Primitive,
  reverseComputeInline as unknown as Primitive,
  rfactor as unknown as Primitive,
  rollingBuffer as unknown as Primitive,
  sampleCategorical as unknown as Primitive,
  sampleComputeLocation as unknown as Primitive,
  samplePartitionedTile as unknown as Primitive,
  samplePerfectTile as unknown as Primitive,
  seed as unknown as Primitive,
  setScope as unknown as Primitive,
  split as unknown as Primitive,
  storageAlign as unknown as Primitive,
  tensorize as unknown as Primitive,
  transformBlockLayout as unknown as Primitive,
  transformLayout as unknown as Primitive,
  unannotate as unknown as Primitive,
  unroll as unknown as Primitive,
  unsafeHideBufferAccess as unknown as Primitive,
  unsafeSetDtype as unknown as Primitive,
  vectorize as unknown as Primitive,
  workOnFunction as unknown as Primitive,
];
