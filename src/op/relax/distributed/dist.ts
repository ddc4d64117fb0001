/** Distributed tensors. */
import { defineOp } from "../../define-op.js";
import { func, intAttr, meshAttr, outTy, shape, strAttr, tensor, tupleArg } from "../../params.js";
import { explicitRule } from "../../rules/call.js";
import { scatterWorkersRule, shardingRule } from "../../rules/distributed.js";

const common = { family: "dist", structural: true };

export const annotateSharding = defineOp({
  ...common,
  name: "dist.annotate_sharding",
  summary: "Says how a tensor is laid out over devices.",
  params: [tensor("input"), meshAttr("device_mesh"), strAttr("placement")],
  rule: shardingRule,
});

export const redistribute = defineOp({
  ...common,
  name: "dist.redistribute",
  summary: "Lays a tensor out anew over devices.",
  params: [tensor("input"), meshAttr("device_mesh"), strAttr("placement")],
  rule: shardingRule,
});

export const redistributeReplicaToShard = defineOp({
  ...common,
  name: "dist.redistribute_replica_to_shard",
  summary: "Cuts a replicated tensor into one part per worker.",
  params: [tensor("input"), intAttr("num_workers"), intAttr("axis")],
  rule: scatterWorkersRule,
});

export const callTirLocalView = defineOp({
  ...common,
  name: "dist.call_tir_local_view",
  summary: "Calls a T function on the local parts of distributed tensors.",
  params: [
    func("gvar"),
    tupleArg("args"),
    outTy,
    shape("tir_vars", { optional: true, keyword: true }),
  ],
  rule: explicitRule,
});
