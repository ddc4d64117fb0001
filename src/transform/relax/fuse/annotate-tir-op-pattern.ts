import { factsOf } from "../../../analysis/tir-pattern/index.js";
import type { PrimFunc } from "../../../ir/tir/function.js";
import { definePass } from "../../pass.js";
import { mapPrimFuncs } from "../../pipeline.js";

/**
 * Precondition: none. Result: every T function of blocks says by `op_pattern` how its output depends on its inputs; one
 * that says so already keeps its word.
 */
export const annotateTirOpPattern = definePass({
  name: "annotate-tir-op-pattern",
  dialect: "tir",
  summary: "Notes at T functions how their outputs depend on their inputs, for fusion.",
  options: {},
  run: (module) => mapPrimFuncs(module, annotated),
});

const annotated = (func: PrimFunc): PrimFunc =>
  func.attrs.has(OP_PATTERN)
    ? func
    : { ...func, attrs: new Map(func.attrs).set(OP_PATTERN, factsOf(func).kind) };

/** Attribute that holds the pattern kind. */
export const OP_PATTERN = "op_pattern";
