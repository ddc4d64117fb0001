"""Gradients, compared with those that follow from the definitions."""

import numpy as np
from case import Family, floats, ints, sizes
from convolution import short, text, to_layout
from nn import NLL_CASES

POOLS = [  # size, strides, padding, dilation, ceil mode, counting the border, layout
    ([2, 2], [1, 1], [0, 0, 0, 0], [1, 1], False, False, None),
    ([3, 2], [2, 2], [1, 0, 1, 1], [1, 1], False, False, None),
    ([3, 3], [2, 2], [1, 1, 1, 1], [1, 1], True, True, "NHWC"),
    ([2, 3], [2, 1], [0, 1, 1, 1], [2, 1], False, False, None),
]


def windows(x, size, strides, padding, dilation, ceil):
    """For each window its position and the positions in the image."""
    d = 2
    reach = [dilation[i] * (size[i] - 1) + 1 for i in range(d)]
    room = [x.shape[2 + i] + padding[i] + padding[d + i] - reach[i] for i in range(d)]
    out = [(-(-r // s) if ceil else r // s) + 1 for r, s in zip(room, strides)]
    out = [
        o - 1 if ceil and (o - 1) * s >= x.shape[2 + i] + padding[i] else o
        for i, (o, s) in enumerate(zip(out, strides))
    ]
    for at in np.ndindex(*out):
        taps = [
            tuple(at[i] * strides[i] + k[i] * dilation[i] - padding[i] for i in range(d)) for k in np.ndindex(*size)
        ]
        inside = [p for p in taps if all(0 <= p[i] < x.shape[2 + i] for i in range(d))]
        counted = [p for p in taps if all(-padding[i] <= p[i] < x.shape[2 + i] + padding[d + i] for i in range(d))]
        yield at, inside, counted, out


def grad():
    f = Family("grad")
    for op in ("grad.no_grad", "grad.start_checkpoint", "grad.end_checkpoint"):
        for shape, dims in ((("n", "m"), {"n": 2, "m": 3}), ((), {}), (("n",), {"n": 0})):
            x = floats(f.rng(op), sizes(shape, dims))
            f.case(op, f"R.{op}(x)", {"x": (shape, x)}, lambda x: x, dims)
        f.skip(op, broadcast="one operand")

    op = "grad.nll_loss_backward"
    for shape, target, dims in NLL_CASES:
        for reduction in ("none", "mean", "sum"):
            for weighted, ignore in ((True, -100), (False, 1)):
                rng = f.rng(op)
                x, t, w = (
                    floats(rng, sizes(shape, dims)),
                    ints(rng, sizes(target, dims), 0, 3, "int64"),
                    floats(rng, (3,), 0.2, 2),
                )
                if t.ndim == 0 and not weighted:
                    t = np.array(2, dtype="int64")
                out = target if reduction == "none" else ()
                g = floats(rng, sizes(out, dims))

                def ref(g, x, t, w=None):
                    w = np.ones(3) if w is None else w
                    axis = 0 if x.ndim == 1 else 1
                    weight = np.where(t == ignore, 0, w[np.where(t == ignore, 0, t)])
                    share = g * weight / (weight.sum() if reduction == "mean" else 1)
                    hit = np.expand_dims(t, axis) == np.arange(3).reshape(
                        [-1 if k == axis else 1 for k in range(x.ndim)]
                    )
                    return np.where(hit, -np.expand_dims(share, axis), 0.0)

                inputs = {"g": (out, g), "x": (shape, x), "t": (target, t)}
                if weighted:
                    inputs["w"] = ((("c",) if "c" in shape else (3,)), w)
                f.case(
                    op,
                    f"R.{op}(g, x, t" + ", w" * weighted + f', reduction="{reduction}", ignore_index={ignore})',
                    inputs,
                    ref,
                    dims,
                    tolerance="sum",
                    one_form=True,
                    note=reduction,
                )
    x, t = np.zeros((0, 3), dtype="float32"), np.zeros(0, dtype="int32")
    f.case(
        op,
        f'R.{op}(g, x, t, reduction="sum")',
        {"g": ((), np.float32(2)), "x": (("n", 3), x), "t": (("n",), t)},
        lambda g, x, t: x,
        {"n": 0},
    )
    f.skip(op, broadcast="targets fit the predictions")

    for kind in ("max", "avg"):
        op = f"grad.{kind}_pool2d_backward"
        for size, strides, padding, dilation, ceil, include, layout in POOLS:
            for n in (2, 0) if strides == [1, 1] else (2,):
                dims = {"n": n, "c": 2, "h": 5, "w": 4}
                shape = ("n", "c", "h", "w")
                rng = f.rng(op)
                x = (
                    ints(rng, sizes(shape, dims), -2, 3).astype("float32")
                    if size == [2, 2]
                    else floats(rng, sizes(shape, dims))
                )
                out = next(windows(x, size, strides, padding, dilation, ceil))[3]
                g = floats(rng, (n, 2, *out))

                def ref(g, x):
                    g, x = to_layout(g, layout or "NCHW", "NCHW"), to_layout(x, layout or "NCHW", "NCHW")
                    y = np.zeros_like(x)
                    for at, inside, counted, _ in windows(x, size, strides, padding, dilation, ceil):
                        for b, c in np.ndindex(*x.shape[:2]):
                            if kind == "max" and inside:
                                y[(b, c, *max(inside, key=lambda p: x[(b, c, *p)]))] += g[(b, c, *at)]
                            for p in inside if kind == "avg" else ():
                                y[(b, c, *p)] += g[(b, c, *at)] / max(len(counted if include else inside), 1)
                    return to_layout(y, "NCHW", layout or "NCHW")

                spec = ["n", "c", "h", "w"]
                order = lambda items: tuple(items["NCHW".index(c)] for c in layout or "NCHW")
                call = (
                    f"R.{op}(g, x"
                    + text(
                        pool_size=tuple(size),
                        strides=tuple(strides),
                        padding=tuple(padding),
                        dilation=tuple(dilation),
                        ceil_mode=ceil,
                        count_include_pad=include,
                        layout=layout,
                    )
                    + ")"
                )
                f.case(
                    op,
                    call,
                    {
                        "g": (order(["n", "c", *out]), to_layout(g, "NCHW", layout or "NCHW")),
                        "x": (order(["n", "c", 5, 4]), to_layout(x, "NCHW", layout or "NCHW")),
                    },
                    ref,
                    {"n": n, "c": 2},
                    tolerance="sum",
                    one_form=True,
                    note=f"size {size}, strides {strides}, padding {padding}",
                )
        f.skip(op, rank0="has spatial dimensions", broadcast="one shape")

    op = "grad.take_backward"
    for shape, index, axis, dims in (
        (("n", "m"), ("k",), 1, {"n": 2, "m": 3, "k": 5}),
        (("n",), ("k",), None, {"n": 4, "k": 6}),
        ((3, 2, 2), (4,), 0, {}),
        (("n", 2), ("k",), -2, {"n": 3, "k": 0}),
        ((4,), (2, 3), 0, {}),
    ):
        rng = f.rng(op)
        x = floats(rng, sizes(shape, dims))
        ax = (axis or 0) % len(shape)
        i = ints(rng, sizes(index, dims), 0, x.shape[ax], "int64")
        out = (*shape[:ax], *index, *shape[ax + 1 :])
        g = floats(rng, sizes(out, dims))

        def ref(g, x, i):
            y = np.zeros_like(x)
            np.add.at(
                np.moveaxis(y, ax, 0),
                i.ravel(),
                np.moveaxis(g.reshape(*x.shape[:ax], i.size, *x.shape[ax + 1 :]), ax, 0),
            )
            return y

        f.case(
            op,
            f"R.{op}(g, x, i" + ("" if axis is None else f", axis={axis}") + ")",
            {"g": (out, g), "x": (shape, x), "i": (index, i)},
            ref,
            dims,
            tolerance="sum",
            one_form=True,
            note=f"axis {axis}",
        )
    f.skip(op, rank0="has an axis", broadcast="one shape")
    return f
