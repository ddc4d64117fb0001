/** Operators that compute each element of the result from those at its position, after broadcasting. */

const UNARY =
  "abs acos acosh asin asinh atan atanh ceil cos cosh erf exp floor log negative round rsqrt sigmoid " +
  "sign sin sinh sqrt square tan tanh trunc logical_not bitwise_not isfinite isinf isnan clip astype " +
  "nn.relu nn.gelu nn.gelu_tanh nn.selu nn.silu nn.leakyrelu nn.softplus ones_like zeros_like";

const BROADCASTING =
  "add subtract multiply divide power maximum minimum floor_divide mod floor_mod atan2 log_add_exp " +
  "equal not_equal greater greater_equal less less_equal logical_and logical_or logical_xor bitwise_and " +
  "bitwise_or bitwise_xor left_shift right_shift where ewise_fma";

/** By name below `relax.`. */
export const ELEMENTWISE: ReadonlySet<string> = new Set(`${UNARY} ${BROADCASTING}`.split(" "));
