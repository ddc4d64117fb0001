// Made by `npm run gen` from the pass declarations below src/transform.
export const passes = [
  {
    name: "canonicalize-loop",
    summary: "Makes loops start at 0 and step by 1.",
    load: async () => (await import("./tir/canonicalize-loop.js")).canonicalizeLoop,
  },
  {
    name: "check-access",
    summary: "Checks at run time the accesses whose bounds depend on data.",
    load: async () => (await import("./tir/check-access.js")).checkAccess,
  },
  {
    name: "convert-blocks",
    summary: "Replaces blocks by their bodies with the block variables substituted.",
    load: async () => (await import("./tir/convert-blocks.js")).convertBlocks,
  },
  {
    name: "flatten-buffer",
    summary: "Makes buffers one-dimensional.",
    load: async () => (await import("./tir/flatten-buffer.js")).flattenBuffer,
  },
  {
    name: "lower-init-block",
    summary: "Turns block initialisations into statements under a condition.",
    load: async () => (await import("./tir/lower-init-block.js")).lowerInitBlock,
  },
  {
    name: "lower-intrinsics",
    summary: "Replaces intrinsics by arithmetic that every target has.",
    load: async () => (await import("./tir/lower-intrinsics.js")).lowerIntrinsics,
  },
  {
    name: "lower-match-buffer",
    summary: "Turns matched sub-regions into aliases with strides and an offset.",
    load: async () => (await import("./tir/lower-match-buffer.js")).lowerMatchBuffer,
  },
  {
    name: "lower-predicate",
    summary: "Turns masked stores into conditional ones.",
    load: async () => (await import("./tir/lower-predicate.js")).lowerPredicate,
  },
  {
    name: "lower-thread-binding",
    summary: "Runs loops that are bound to threads in order.",
    load: async () => (await import("./tir/lower-thread-binding.js")).lowerThreadBinding,
  },
  {
    name: "plan-allocation",
    summary: "Turns block allocations into allocation statements where they are used.",
    load: async () => (await import("./tir/plan-allocation.js")).planAllocation,
  },
  {
    name: "remove-no-op",
    summary: "Drops statements without effect.",
    load: async () => (await import("./tir/remove-no-op.js")).removeNoOp,
  },
  {
    name: "simplify",
    summary: "Simplifies indices, decides conditions, drops loops that run once.",
    load: async () => (await import("./tir/simplify.js")).simplify,
  },
  {
    name: "unify-index-type",
    summary: "Gives loops and indices of a function one integer type.",
    load: async () => (await import("./tir/unify-index-type.js")).unifyIndexType,
  },
  {
    name: "unroll-loop",
    summary: "Replaces small unrolled loops by their iterations.",
    load: async () => (await import("./tir/unroll-loop.js")).unrollLoop,
  },
  {
    name: "vectorize-loop",
    summary: "Replaces vectorised loops by vector expressions.",
    load: async () => (await import("./tir/vectorize-loop.js")).vectorizeLoop,
  },
] as const;
