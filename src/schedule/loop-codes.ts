/** Diagnostics of primitives on loops, buffers' attributes and sampling. */
import { defineCodes } from "../support/diagnostic.js";

export const loopCodes = defineCodes("SCH", {
  markedLoop: {
    number: 20,
    message: "`{primitive}` takes a plain serial loop, but `{loop}` {what}",
    hint: "split, fuse and order loops first, and mark them last",
  },
  splitTooSmall: {
    number: 21,
    message: "the factors {factors} cover {covered} iterations, but `{loop}` runs {extent}",
    hint: "leave one factor as `None` and it is inferred, or state with `S.assume` how large the extent is",
    explain:
      "A split must reach every iteration of the loop. With one factor `None` it does by construction; otherwise the product of the factors has to be proved large enough.",
  },
  twoInferred: {
    number: 22,
    message: "{count} of the factors {factors} are `None`, but only one can be inferred",
  },
  badFactor: {
    number: 23,
    message: "`{primitive}` needs positive factors, but {factor} is not proved to be at least 1",
    hint: "take a number, or state with `S.assume` what is known of the symbol",
  },
  notNested: {
    number: 24,
    message: "`{primitive}` takes loops with nothing between them, but {what}",
  },
  dependentBounds: {
    number: 25,
    message: "the bounds of `{inner}` depend on `{outer}`, so `{primitive}` cannot {action}",
  },
  sameLoop: {
    number: 26,
    message: "`{primitive}` is given the loop `{loop}` twice",
  },
  notOrderFree: {
    number: 27,
    message:
      "`{primitive}` would change the order in which the iterations of `{loop}` run: {reason}",
  },
  notConcurrent: {
    number: 28,
    message: "the iterations of `{loop}` cannot run at once: {reason}",
    hint: "mark a loop over spatial axes that are not needed by other iterations",
  },
  symbolicExtent: {
    number: 29,
    message: "`{loop}` runs {extent} times, and `{primitive}` needs a number",
    hint: 'split it first, e.g. `sch.split({loop}, [None, {lanes}])`, and mark the inner loop; `tail="specialise"` keeps the guard out of whole tiles',
  },
  notSiblings: {
    number: 30,
    message: "`merge` takes loops that stand side by side, but {what}",
  },
  differentExtents: {
    number: 31,
    message:
      "`{a}` runs {first} times and `{b}` {second} times; that these are equal is not proved",
    hint: "state with `S.assume` what is known of the symbols",
  },
  partitionTooLong: {
    number: 32,
    message: "the parts {factors} are not proved to fit into the {extent} iterations of `{loop}`",
    hint: "leave one part as `None`, or state with `S.assume` how large the extent is",
  },
  notOrder: {
    number: 33,
    message: "block `{block}` has {count} axes, and {order} is no order of them",
    hint: "name every position from 0 on once",
  },
  rootBlock: {
    number: 34,
    message: "`{primitive}` cannot take the root block",
    hint: "name a block inside it; `get_child_blocks` gives them",
  },
  unknownTag: {
    number: 35,
    message: "there is no thread axis `{tag}`",
    hint: "there are: {known}",
  },
  noAnnotation: {
    number: 36,
    message: "{what} has no annotation `{key}`",
    hint: "it has: {known}",
  },
  notAllocated: {
    number: 38,
    message: "`{primitive}` changes `{buffer}`, which is a parameter of the function",
    hint: "take a copy by `cache_read` or `cache_write` first",
  },
  axisOutside: {
    number: 39,
    message: "`{buffer}` has {rank} axes, and {axis} is not one of them",
  },
  badAmount: {
    number: 40,
    message: "{what} is {found}, but must be {expected}",
  },
  unknownScope: {
    number: 41,
    message: "`{scope}` is no scope of memory",
    hint: "usual scopes are: {known}; a target may have others, written with a dot, e.g. `npu.scratch`",
  },
  badDecision: {
    number: 42,
    message: "the decision {decision} of `{primitive}` does not fit: {reason}",
    hint: "leave the decision out and another one is drawn",
  },
  castAccess: {
    number: 43,
    message: "`{buffer}` is used in {place}, where `unsafe_set_dtype` cannot convert values",
  },
  unknownType: {
    number: 44,
    message: "`{dtype}` is no type of elements",
  },
  uncountable: {
    number: 45,
    message: "{what}, more than `{dtype}`, the type of the loops, can count",
    hint: "take smaller factors, fuse fewer loops, or let the loops count in int64",
  },
});
