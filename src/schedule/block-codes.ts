/** Diagnostics of primitives that move, cache, inline and split blocks. */
import { defineCodes } from "../support/diagnostic.js";

export const blockCodes = defineCodes("SCH", {
  noBuffer: {
    number: 101,
    message: "block `{block}` does not {verb} {buffer}",
    hint: "it {verb}s: {known}",
  },
  cacheRefused: {
    number: 102,
    message: "`{primitive}` cannot keep `{buffer}` of block `{block}` apart: {reason}",
    hint: "cache where one block stores all that is copied: before it is split into parts, outside of reduced loops, without padding that nothing stores",
  },
  moveRefused: {
    number: 103,
    message: "block `{block}` cannot be computed at loop `{loop}`: {reason}",
    hint: "producers go before their consumers with `compute_at`, consumers after their producers with `reverse_compute_at`",
  },
  inlineRefused: {
    number: 104,
    message: "block `{block}` cannot be inlined: {reason}",
    hint: "only blocks that compute each element of a buffer inside the function by one expression can be inlined",
  },
  initRefused: {
    number: 105,
    message: "the init of block `{block}` cannot be taken out before loop `{loop}`: {reason}",
    hint: "name a loop around the block at or above the outermost one that is reduced",
  },
  foldRefused: {
    number: 106,
    message: "block `{block}` cannot start the reduction `{reduction}`: {reason}",
    hint: "it must add something that does not depend on the reduction to a sum that starts at zero",
  },
  layoutRefused: {
    number: 107,
    message: "the layout of `{buffer}` cannot be changed: {reason}",
    hint: "the map must be one to one; where it leaves gaps, `pad_value` says what stands there",
  },
  reindexRefused: {
    number: 108,
    message: "`{primitive}` cannot reorder `{buffer}` of block `{block}`: {reason}",
    hint: "the block must use one element of the buffer, found from its axes alone",
  },
  rfactorRefused: {
    number: 109,
    message: "the loop `{loop}` cannot be factored out of its reduction: {reason}",
    hint: "split the reduced axis, and name one of the loops; the reduction must be a sum, product, min, max, and, or",
  },
  padRefused: {
    number: 110,
    message: "block `{block}` cannot be padded: {reason}",
    hint: "its axes must be loop variables, and its buffers indexed by one axis a dimension",
  },
  blockizeRefused: {
    number: 111,
    message: "what is below {what} cannot become a block: {reason}",
    hint: "the loops below must be the innermost parts of the axes; a split with a tail is divided exactly after `pad_einsum`",
  },
  tensorizeRefused: {
    number: 112,
    message: "{what} does not compute what the intrinsic `{intrinsic}` does: {reason}",
    hint: "compare the block with the description of the intrinsic: loops, element types, indices",
  },
  noIntrinsic: {
    number: 113,
    message: "there is no tensor intrinsic named `{name}`",
    hint: "declare it in the library with `@S.intrinsic`, or give functions `{base}_desc` and `{base}_impl`",
  },
  axesRefused: {
    number: 114,
    message: "the axes of block `{block}` cannot be rearranged: {reason}",
    hint: "the map must be one to one, and each new axis made of axes of one kind",
  },
  windowRefused: {
    number: 115,
    message: "`{buffer}` cannot become a rolling buffer: {reason}",
    hint: "compute its producer at the loop that moves the window first",
  },
  hintRefused: {
    number: 116,
    message: "`{primitive}` does not fit {what}: {reason}",
  },
  haloRefused: {
    number: 117,
    message: "`{buffer}` cannot get a border for block `{block}`: {reason}",
    hint: "the block must read `if_then_else(inside, element, constant)`, and `inside` hold for all elements of the buffer",
  },
  fuseRefused: {
    number: 118,
    message: "block `{block}` cannot become part of the reduction `{reduction}`: {reason}",
    hint: "what a last block does to the finished values goes after the last step by `reverse_compute_at`",
  },
  placeRefused: {
    number: 119,
    message: "there is no loop at which block `{block}` can be computed: {reason}",
  },
  prefetchRefused: {
    number: 120,
    message: "`{buffer}` of block `{block}` cannot be fetched ahead: {reason}",
    hint: "fetch parameters that are only read, a few lines of memory an iteration",
  },
});
