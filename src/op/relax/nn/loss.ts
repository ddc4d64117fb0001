/** Losses. */
import { defineOp } from "../../define-op.js";
import { intAttr, optional, strAttr, tensor } from "../../params.js";
import { crossEntropyRule, nllLossRule } from "../../rules/loss.js";

export const crossEntropyWithLogits = defineOp({
  name: "nn.cross_entropy_with_logits",
  family: "nn",
  summary: "Cross entropy of logits against labels.",
  params: [tensor("predictions"), tensor("labels")],
  rule: crossEntropyRule,
});

export const nllLoss = defineOp({
  name: "nn.nll_loss",
  family: "nn",
  summary: "Negative log likelihood.",
  params: [
    tensor("predictions"),
    tensor("targets"),
    tensor("weights", optional),
    strAttr("reduction", "mean"),
    intAttr("ignore_index", -100),
  ],
  rule: nllLossRule,
});
