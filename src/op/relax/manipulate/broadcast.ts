/** Broadcasting and its reverse. */
import { defineOp } from "../../define-op.js";
import { shape, tensor } from "../../params.js";
import {
  broadcastToRule,
  collapseSumLikeRule,
  collapseSumToRule,
} from "../../rules/broadcast-to.js";

export const broadcastTo = defineOp({
  name: "broadcast_to",
  family: "manipulate",
  mixedPrecision: "follow",
  summary: "Stretches dimensions of length 1 to a shape.",
  must: "T",
  params: [tensor("x"), shape("shape")],
  rule: broadcastToRule,
});

export const collapseSumLike = defineOp({
  name: "collapse_sum_like",
  family: "manipulate",
  summary: "Sums down to the shape of another tensor.",
  params: [tensor("data"), tensor("collapse_target")],
  rule: collapseSumLikeRule,
});

export const collapseSumTo = defineOp({
  name: "collapse_sum_to",
  family: "manipulate",
  summary: "Sums down to a shape.",
  params: [tensor("data"), shape("shape")],
  rule: collapseSumToRule,
});
