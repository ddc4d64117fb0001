/** Scaled dot-product attention. */
import { defineOp } from "../../define-op.js";
import { floatAttr, intAttr, optional, strAttr, tensor } from "../../params.js";
import { attentionRule, attentionVarLenRule } from "../../rules/attention.js";

const family = "nn";
const qkv = [tensor("query"), tensor("key"), tensor("value")];
const options = [
  floatAttr("scale", null),
  strAttr("causal_mask", null),
  intAttr("window_size", null),
];

export const attention = defineOp({
  name: "nn.attention",
  family,
  mixedPrecision: "always",
  summary: "Attention of queries to keys and values.",
  must: "T",
  params: [...qkv, tensor("bias", optional), ...options],
  rule: attentionRule,
});

export const attentionBias = defineOp({
  name: "nn.attention_bias",
  family,
  mixedPrecision: "always",
  summary: "Attention with a bias on the scores.",
  must: "T",
  params: [...qkv, tensor("bias"), ...options],
  rule: attentionRule,
});

export const attentionVarLen = defineOp({
  name: "nn.attention_var_len",
  family,
  mixedPrecision: "always",
  summary: "Attention over packed sequences of various lengths.",
  params: [
    tensor("queries"),
    tensor("keys"),
    tensor("values"),
    tensor("seqstart_q"),
    tensor("max_seqlen_q"),
    tensor("seqstart_k", optional),
    tensor("max_seqlen_k", optional),
    ...options,
  ],
  complete: ([q, k, v, startQ, lengthQ, startK, lengthK]) => [
    q,
    k,
    v,
    startQ,
    lengthQ,
    startK ?? startQ,
    lengthK ?? lengthQ,
  ],
  rule: attentionVarLenRule,
});
