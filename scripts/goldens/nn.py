"""Activations, softmax, losses, borders and what else networks need."""

import math

import numpy as np
from case import Family, floats, ints, sizes

erf = np.vectorize(math.erf, otypes=[float])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


ACTIVATIONS = {
    "relu": lambda x: np.maximum(x, 0),
    "gelu": lambda x: x / 2 * (1 + erf(x / math.sqrt(2))),
    "gelu_tanh": lambda x: x / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
    "selu": lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * (np.exp(x) - 1)),
    "silu": lambda x: x * sigmoid(x),
}
SHAPES = [(("n", "m"), {"n": 3, "m": 4}), ((), {}), ((0, 3), {}), (("n", 2), {"n": 0})]


def softmax(x, axis):
    e = np.exp(x - x.max(axis, keepdims=True, initial=-np.inf))
    return e / e.sum(axis, keepdims=True)


def nll(x, t, w, reduction, ignore):
    axis = 0 if x.ndim == 1 else 1
    kept = t != ignore
    at = np.where(kept, t, 0)
    weight = np.where(kept, w[at], 0.0)
    loss = np.where(kept, -weight * np.take_along_axis(x, np.expand_dims(at, axis), axis).squeeze(axis), 0.0)
    if reduction == "none":
        return loss
    return loss.sum() / weight.sum() if reduction == "mean" else loss.sum()


NLL_CASES = [  # predictions, targets, dims
    (("n", "c"), ("n",), {"n": 4, "c": 3}),
    (("n", "c", "h"), ("n", "h"), {"n": 2, "c": 3, "h": 3}),
    (("c",), (), {"c": 3}),
    ((2, 3, 2, 2), (2, 2, 2), {}),
]


def nn():
    f = Family("nn")

    def each(op, call, ref, low=-5, high=5, shapes=SHAPES):
        for shape, dims in shapes:
            for dtype in ("float32", "float16") if shape == ("n", "m") else ("float32",):
                x = floats(f.rng(op), sizes(shape, dims), low, high, dtype)
                f.case(op, call, {"x": (shape, x)}, ref, dims)
        f.skip(op, broadcast="one operand")

    for name, ref in ACTIVATIONS.items():
        each(f"nn.{name}", f"R.nn.{name}(x)", ref)
    x = ints(f.rng("nn.relu"), (7,))
    f.case("nn.relu", "R.nn.relu(x)", {"x": ((7,), x)}, lambda x: np.maximum(x, 0))
    for alpha in (0.01, 0.25):
        each("nn.leakyrelu", f"R.nn.leakyrelu(x, alpha={alpha})", lambda x: np.where(x < 0, alpha * x, x))
    for beta, threshold in ((1.0, 20.0), (2.5, 4.0)):
        each(
            "nn.softplus",
            f"R.nn.softplus(x, beta={beta}, threshold={threshold})",
            lambda x: np.where(beta * x > threshold, x, np.log1p(np.exp(beta * x)) / beta),
        )
    big = np.array([-200, -90, 0, 90, 200], dtype="float32")
    for name in ("gelu", "gelu_tanh", "silu", "selu"):
        f.case(f"nn.{name}", f"R.nn.{name}(x)", {"x": ((5,), big)}, ACTIVATIONS[name], note="large")
    f.case(
        "nn.softplus",
        "R.nn.softplus(x)",
        {"x": ((5,), big)},
        lambda x: np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0),
        note="large",
    )

    for shape, slope, axis, dims in (
        (("n", "c", "h"), ("c",), 1, {"n": 2, "c": 3, "h": 2}),
        (("n", "c"), ("c",), -1, {"n": 2, "c": 3}),
        ((2, 3), (1,), 1, {}),
        (("n",), ("n",), 0, {"n": 0}),
    ):
        rng = f.rng("nn.prelu")
        x, a = floats(rng, sizes(shape, dims)), floats(rng, sizes(slope, dims))
        where = axis % len(shape)
        f.case(
            "nn.prelu",
            f"R.nn.prelu(x, a, axis={axis})",
            {"x": (shape, x), "a": (slope, a)},
            lambda x, a: np.where(x < 0, x * a.reshape([-1 if k == where else 1 for k in range(x.ndim)]), x),
            dims,
            ("broadcast",) if slope == (1,) else (),
        )
    f.skip("nn.prelu", rank0="has channels")

    for op, ref in (("softmax", softmax), ("log_softmax", lambda x, axis: np.log(softmax(x, axis)))):
        for shape, dims, axis in (
            (("n", "m"), {"n": 3, "m": 4}, -1),
            (("n", "m", 2), {"n": 2, "m": 3}, 1),
            (("n", "m"), {"n": 3, "m": 4}, 0),
            ((5,), {}, 0),
            (("n", 3), {"n": 0}, 1),
            (("n", 3), {"n": 0}, 0),
        ):
            for dtype in ("float32", "float16") if len(shape) == 3 else ("float32",):
                x = floats(f.rng(op), sizes(shape, dims), -9, 9, dtype)
                f.case(
                    f"nn.{op}",
                    f"R.nn.{op}(x, axis={axis})",
                    {"x": (shape, x)},
                    lambda x: ref(x, axis),
                    dims,
                    tolerance="half" if dtype == "float16" else "sum",
                    one_form=True,
                    note=f"axis {axis}",
                )
        x = np.array([[1000, 999], [-1000, -1000], [-np.inf, 0]], dtype="float32")
        with np.errstate(divide="ignore"):
            expected = x - x.max(1, keepdims=True)
            expected = expected - np.log(np.exp(expected).sum(1, keepdims=True))
        f.case(
            f"nn.{op}",
            f"R.nn.{op}(x)",
            {"x": ((3, 2), x)},
            lambda x: np.exp(expected) if op == "softmax" else expected,
            tolerance="sum",
            note="large",
        )
        f.skip(f"nn.{op}", rank0="has an axis", broadcast="one operand")

    each("nn.dropout", "R.nn.dropout(x, rate=0.3)", lambda x: (x, np.ones_like(x)))

    widths = {
        "constant": [1, 2, 0, 3],
        "reflect": [1, 2, 0, 3],
        "replicate": [1, 2, 5, 3],
        "edge": [0, 1, 4, 0],
        "circular": [1, 2, 3, 4],
    }
    for mode, width in widths.items():
        to = {"replicate": "edge", "circular": "wrap"}.get(mode, mode)
        for shape, dims in ((("n", "m"), {"n": 3, "m": 4}),):
            for data, dtype in ((floats, "float32"), (ints, "int8")):
                x = data(f.rng("nn.pad"), sizes(shape, dims), dtype=dtype)
                value = ", pad_value=2.0" if mode == "constant" and data is floats else ""
                f.case(
                    "nn.pad",
                    f'R.nn.pad(x, {width}, "{mode}"{value})',
                    {"x": (shape, x)},
                    lambda x: np.pad(
                        x,
                        [width[:2], width[2:]],
                        to,
                        **({"constant_values": 2.0 if value else 0} if mode == "constant" else {}),
                    ),
                    dims,
                    note=mode,
                )
    x = floats(f.rng("nn.pad"), (0, 2))
    f.case(
        "nn.pad",
        "R.nn.pad(x, [1, 1, 0, 1])",
        {"x": (("n", 2), x)},
        lambda x: np.pad(x, [(1, 1), (0, 1)]),
        {"n": 0},
        ("empty",),
    )
    x = floats(f.rng("nn.pad"), (5, 4))
    f.case(
        "nn.pad",
        "R.nn.pad(x, [-1, 2, 1, -2])",
        {"x": (("n", "m"), x)},
        lambda x: np.pad(x, [(0, 2), (1, 0)])[1:, :-2],
        {"n": 5, "m": 4},
        note="negative",
    )
    x = floats(f.rng("nn.pad"), ())
    f.case("nn.pad", "R.nn.pad(x, [])", {"x": ((), x)}, lambda x: x)
    f.skip("nn.pad", broadcast="one operand")

    for shape, dims, r in (
        (("n", 8, "h", "w"), {"n": 2, "h": 2, "w": 3}, 2),
        ((9, 2, 1), {}, 3),
        (("n", "c", "h", 2), {"n": 1, "c": 4, "h": 3}, 1),
        ((0, 4, 2, 2), {}, 2),
    ):
        x = floats(f.rng("nn.pixel_shuffle"), sizes(shape, dims))

        def ref(x):
            *n, c, h, w = x.shape
            y = x.reshape(*n, c // r**2, r, r, h, w)
            k = len(n)
            return y.transpose(*range(k + 1), k + 3, k + 1, k + 4, k + 2).reshape(*n, c // r**2, h * r, w * r)

        f.case("nn.pixel_shuffle", f"R.nn.pixel_shuffle(x, {r})", {"x": (shape, x)}, ref, dims)
    f.skip("nn.pixel_shuffle", rank0="has spatial dimensions", broadcast="one operand")

    for shape, dims in ((("n", "c", "h"), {"n": 2, "c": 3, "h": 2}), ((2, 3), {}), (("n", 3, 2), {"n": 0})):
        x = floats(f.rng("nn.batch_flatten"), sizes(shape, dims))
        f.case(
            "nn.batch_flatten",
            "R.nn.batch_flatten(x)",
            {"x": (shape, x)},
            lambda x: x.reshape(x.shape[0], math.prod(x.shape[1:])),
            dims,
        )
    f.skip("nn.batch_flatten", rank0="has a batch", broadcast="one operand")

    op = "nn.cross_entropy_with_logits"
    for shape, dims in ((("n", "c"), {"n": 3, "c": 4}), (("c",), {"c": 4}), ((2, 3, 2), {}), ((0,), {})):
        for dtype in ("float32", "float16") if len(shape) == 2 else ("float32",):
            rng = f.rng(op)
            x, y = floats(rng, sizes(shape, dims), dtype=dtype), floats(rng, sizes(shape, dims), dtype=dtype)
            f.case(
                op,
                f"R.{op}(x, y)",
                {"x": (shape, x), "y": (shape, y)},
                lambda x, y: -(x * y).sum() / (x.shape[0] if x.ndim > 1 else 1),
                dims,
                tolerance="half" if dtype == "float16" else "sum",
            )
    f.skip(op, rank0="has classes", broadcast="operands of one shape")

    op = "nn.nll_loss"
    for shape, target, dims in NLL_CASES:
        for reduction in ("none", "mean", "sum"):
            for weighted, ignore in ((True, -100), (False, 1)):
                rng = f.rng(op)
                x, t = floats(rng, sizes(shape, dims)), ints(rng, sizes(target, dims), 0, 3, "int64")
                if t.ndim == 0 and not weighted:
                    t = np.array(2, dtype="int64")
                w = floats(rng, (3,), 0.2, 2)
                inputs = {"x": (shape, x), "t": (target, t)}
                if weighted:
                    inputs["w"] = ((("c",) if "c" in shape else (3,)), w)

                def ref(x, t, w=None):
                    return np.asarray(nll(x, t, np.ones(3) if w is None else w, reduction, ignore))

                f.case(
                    op,
                    f"R.{op}(x, t" + ", w" * weighted + f', reduction="{reduction}", ignore_index={ignore})',
                    inputs,
                    ref,
                    dims,
                    tolerance="sum",
                    one_form=True,
                    note=reduction,
                )
    x = np.zeros((0, 3), dtype="float32")
    f.case(
        op,
        f'R.{op}(x, t, reduction="sum")',
        {"x": (("n", 3), x), "t": (("n",), np.zeros(0, dtype="int32"))},
        lambda x, t: np.float32(0),
        {"n": 0},
    )
    f.skip(op, broadcast="targets fit the predictions")
    return f
