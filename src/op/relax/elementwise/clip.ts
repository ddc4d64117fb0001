import { defineOp } from "../../define-op.js";
import { prim, tensor } from "../../params.js";
import { clipRule } from "../../rules/unary.js";

export const clip = defineOp({
  name: "clip",
  family: "unary",
  summary: "Bounds each element by two scalars.",
  must: "CQ",
  params: [tensor("x"), prim("min"), prim("max")],
  rule: clipRule,
});
