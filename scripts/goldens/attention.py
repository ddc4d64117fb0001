"""Attention."""

import numpy as np
from case import Family, floats, sizes
from convolution import text
from nn import softmax


def attend(q, k, v, bias=None, scale=None, causal=None, window=None):
    group = q.shape[2] // k.shape[2], q.shape[2] // v.shape[2]
    k, v = np.repeat(k, group[0], 2), np.repeat(v, group[1], 2)
    a = np.einsum("bshd,bthd->bhst", q, k) * (q.shape[3] ** -0.5 if scale is None else scale)
    a = a if bias is None else a + bias
    if causal:
        s, t = a.shape[2:]
        i, j = np.arange(s)[:, None] + (t - s if causal == "BottomRight" else 0), np.arange(t)
        hidden = (j > i) | (j <= i - window if window else False)
        a = np.where(hidden, -np.inf, a)
    return np.einsum("bhst,bthd->bshd", softmax(a, 3), v)


def attention():
    f = Family("attention")
    D = {"b": 2, "s": 3, "t": 5, "d": 4}
    for heads, kv, dims, dtype, options in (
        (2, 2, D, "float32", {}),
        (2, 2, D, "float16", {}),
        (2, 2, D, "float32", {"scale": 0.25}),
        (4, 2, D, "float32", {}),
        (2, 2, D, "float32", {"causal_mask": "TopLeft"}),
        (2, 2, D, "float32", {"causal_mask": "BottomRight"}),
        (2, 1, {**D, "s": 5}, "float32", {"causal_mask": "BottomRight", "window_size": 2}),
        (1, 1, {**D, "b": 1, "s": 1}, "float32", {"scale": 1.0}),
        (2, 2, {**D, "b": 0}, "float32", {}),
    ):
        q, k, v = ("b", "s", heads, "d"), ("b", "t", kv, "d"), ("b", "t", kv, 3)
        for bias in (None, ("b", heads, "s", "t"), (1, 1, "s", "t")):
            op = "nn.attention" if bias is None else "nn.attention_bias"
            rng = f.rng(op)
            inputs = {n: (s, floats(rng, sizes(s, dims), dtype=dtype)) for n, s in zip("qkvm", (q, k, v, bias)) if s}
            f.case(
                op,
                f"R.{op}(" + ", ".join(inputs) + text(**options) + ")",
                inputs,
                lambda q, k, v, m=None: attend(
                    q, k, v, m, options.get("scale"), options.get("causal_mask"), options.get("window_size")
                ),
                dims,
                ("broadcast",) if bias and bias[0] == 1 else (),
                tolerance="half" if dtype == "float16" else "sum",
                one_form=True,
                note=" ".join(f"{k} {x}" for k, x in options.items()),
            )
    packed(f)
    f.skip("nn.attention nn.attention_var_len", broadcast="operands of one batch")
    f.skip("nn.attention nn.attention_bias nn.attention_var_len", rank0="has three or four dimensions")
    return f


def packed(f):
    op = "nn.attention_var_len"
    for lead, heads, kv, starts, key_starts, dtype, options in (
        ((1,), 2, 2, [0, 2, 5], None, "float32", {}),
        ((1,), 2, 2, [0, 3, 4, 7], None, "float16", {"causal_mask": "TopLeft"}),
        ((), 4, 2, [0, 2, 5], [0, 4, 6], "float32", {"scale": 0.5}),
        ((), 2, 1, [0, 2, 5], [0, 2, 6], "float32", {"causal_mask": "BottomRight"}),
        ((1,), 2, 2, [0, 4, 6], None, "float32", {"causal_mask": "BottomRight", "window_size": 2}),
        ((1,), 1, 1, [0, 3, 3, 5], None, "float32", {}),
        ((), 2, 2, [0, 0], None, "float32", {}),
    ):
        ends = key_starts or starts
        dims = {"s": starts[-1], "t": ends[-1], "d": 4, "b": len(starts)}
        q, k, v = (*lead, "s", heads, "d"), (*lead, "t", kv, "d"), (*lead, "t", kv, 3)
        rng = f.rng(op)
        inputs = {n: (s, floats(rng, sizes(s, dims), dtype=dtype)) for n, s in zip("qkv", (q, k, v))}
        inputs["starts"] = (("b",), np.array(starts, dtype="int32"))
        inputs["longest"] = ((1,), np.array([max(np.diff(starts))], dtype="int32"))
        if key_starts:
            inputs["key_starts"] = (("b",), np.array(ends, dtype="int32"))
            inputs["longest_key"] = ((1,), np.array([max(np.diff(ends))], dtype="int32"))

        def ref(q, k, v, *_):
            q, k, v = (a.reshape(1, *a.shape[-3:]) for a in (q, k, v))
            parts = [
                attend(
                    q[:, a:b],
                    k[:, c:d],
                    v[:, c:d],
                    None,
                    options.get("scale"),
                    options.get("causal_mask"),
                    options.get("window_size"),
                )
                for a, b, c, d in zip(starts, starts[1:], ends, ends[1:])
            ]
            return np.concatenate(parts, 1).reshape(*lead, -1, heads, 3)

        f.case(
            op,
            f"R.{op}(" + ", ".join(inputs) + text(**options) + ")",
            inputs,
            ref,
            dims,
            tolerance="half" if dtype == "float16" else "sum",
            one_form=True,
            note=" ".join(f"{k} {x}" for k, x in options.items()),
        )
