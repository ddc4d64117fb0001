/** Collective communication. */
import { defineOp } from "../../define-op.js";
import { boolAttr, intAttr, strAttr, tensor } from "../../params.js";
import { gatherWorkersRule, scatterWorkersRule } from "../../rules/distributed.js";
import { sameAs } from "../../rules/same-as.js";

const common = { family: "ccl", structural: true };

export const allreduce = defineOp({
  ...common,
  name: "ccl.allreduce",
  summary: "Combines the tensors of all workers.",
  params: [tensor("x"), strAttr("op_type", "sum"), boolAttr("in_group", true)],
  rule: sameAs,
});

export const allgather = defineOp({
  ...common,
  name: "ccl.allgather",
  summary: "Joins the tensors of all workers.",
  params: [tensor("x"), intAttr("num_workers"), boolAttr("in_group", true)],
  rule: gatherWorkersRule,
});

export const broadcastFromWorker0 = defineOp({
  ...common,
  name: "ccl.broadcast_from_worker0",
  summary: "Copies worker 0's tensor to all workers.",
  params: [tensor("x")],
  rule: sameAs,
});

export const scatterFromWorker0 = defineOp({
  ...common,
  name: "ccl.scatter_from_worker0",
  summary: "Cuts worker 0's tensor into one part per worker.",
  params: [tensor("x"), intAttr("num_workers"), intAttr("axis", 0)],
  rule: scatterWorkersRule,
});
