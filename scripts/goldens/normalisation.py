"""Normalisations."""

import numpy as np
from case import Family, floats, sizes
from convolution import text


def spread(values, axes, rank):
    """A parameter along axes as a factor of the data."""
    shape = [1] * rank
    for axis, d in zip(axes, values.shape):
        shape[axis] = d
    order = np.argsort(axes)
    return np.transpose(values, order).reshape(shape)


def normal(x, axes, epsilon):
    mean = x.mean(tuple(axes), keepdims=True)
    return (x - mean) / np.sqrt(x.var(tuple(axes), keepdims=True) + epsilon)


def normalisation():
    f = Family("normalisation")
    S, D = ("n", "c", "h"), {"n": 2, "c": 4, "h": 5}

    def tolerance(dtype):
        return "half" if dtype == "float16" else "sum"

    for shape, dims, axes, dtype in (
        (S, D, [-1], "float32"),
        (S, D, [1, 2], "float32"),
        (S, D, [2, 1], "float32"),
        (S, D, [0, 2], "float16"),
        ((3, "m"), {"m": 6}, [1], "float32"),
        (S, {**D, "n": 0}, [-1], "float32"),
        ((4,), {}, [0], "float32"),
    ):
        for center, scale in ((True, True), (False, True), (True, False)) if axes == [1, 2] else ((True, True),):
            op, rng = "nn.layer_norm", f.rng("nn.layer_norm")
            where = [a % len(shape) for a in axes]
            par = tuple(shape[a] for a in where)
            arrays = [floats(rng, sizes(s, dims), dtype=dtype) for s in (shape, par, par)]

            def ref(x, g, b):
                y = normal(x, where, 1e-5)
                y = y * spread(g, where, x.ndim) if scale else y
                return y + spread(b, where, x.ndim) if center else y

            f.case(
                op,
                f"R.{op}(x, g, b, axes={axes}, center={center}, scale={scale})",
                {"x": (shape, arrays[0]), "g": (par, arrays[1]), "b": (par, arrays[2])},
                ref,
                dims,
                tolerance=tolerance(dtype),
                one_form=True,
                note=f"axes {axes}" + "" if center and scale else f"center {center}, scale {scale}",
            )
        if len(axes) < 3:
            op, rng = "nn.rms_norm", f.rng("nn.rms_norm")
            x, w = floats(rng, sizes(shape, dims), dtype=dtype), floats(rng, sizes(par, dims), dtype=dtype)
            f.case(
                op,
                f"R.{op}(x, w, axes={axes}, epsilon=1e-4)",
                {"x": (shape, x), "w": (par, w)},
                lambda x, w: x / np.sqrt((x * x).mean(tuple(where), keepdims=True) + 1e-4) * spread(w, where, x.ndim),
                dims,
                tolerance=tolerance(dtype),
                one_form=True,
                note=f"axes {axes}",
            )

    images = ("n", "c", "h", "w"), {"n": 2, "c": 6, "h": 3, "w": 2}
    for shape, dims, channel, axes, dtype in (
        (*images, 1, [2, 3], "float32"),
        (("n", "h", "w", "c"), images[1], 3, [1, 2], "float32"),
        (*images, 1, [2, 3], "float16"),
        (("n", "c", "h"), images[1], 1, [2], "float32"),
        (images[0], {**images[1], "n": 0}, 1, [2, 3], "float32"),
        ((2, 6, 3, 2), {}, -3, [-2, -1], "float32"),
    ):
        ch = channel % len(shape)
        par = (shape[ch],)
        for op, groups in (
            ("nn.group_norm", 1),
            ("nn.group_norm", 3),
            ("nn.group_norm", 6),
            ("nn.instance_norm", None),
        ):
            rng = f.rng(op)
            arrays = [floats(rng, sizes(s, dims), dtype=dtype) for s in (shape, par, par)]

            def ref(x, g, b):
                if groups is None:
                    y = normal(x, axes, 1e-5)
                else:
                    split = x.reshape(*x.shape[:ch], groups, x.shape[ch] // groups, *x.shape[ch + 1 :])
                    over = [ch + 1, *((a % x.ndim) + ((a % x.ndim) > ch) for a in axes)]
                    y = normal(split, over, 1e-5).reshape(x.shape)
                return y * spread(g, [ch], x.ndim) + spread(b, [ch], x.ndim)

            call = f"R.{op}(x, g, b" + text(num_groups=groups, channel_axis=channel, axes=axes) + ")"
            f.case(
                op,
                call,
                {"x": (shape, arrays[0]), "g": (par, arrays[1]), "b": (par, arrays[2])},
                ref,
                dims,
                tolerance=tolerance(dtype),
                one_form=True,
                note=f"groups {groups}" if groups else "",
            )
        op = "nn.batch_norm"
        for training, momentum, more in (
            (False, 0.1, ""),
            (True, 0.1, ""),
            (True, 0.25, ", center=False, scale=False, epsilon=0.01"),
        ):
            if training and dims.get("n") == 0:
                continue
            rng = f.rng(op)
            arrays = [
                floats(rng, sizes(shape, dims), dtype=dtype),
                *(floats(rng, sizes(par, dims), 0.5, 2, dtype=dtype) for _ in range(4)),
            ]

            def ref(x, g, b, m, v):
                rest = tuple(a for a in range(x.ndim) if a != ch)
                mean, var = (x.mean(rest), x.var(rest)) if training else (m, v)
                y = (x - spread(mean, [ch], x.ndim)) / np.sqrt(spread(var, [ch], x.ndim) + (0.01 if more else 1e-5))
                if not more:
                    y = y * spread(g, [ch], x.ndim) + spread(b, [ch], x.ndim)
                k = momentum if training else 0
                return y, m * (1 - k) + mean * k, v * (1 - k) + var * k

            f.case(
                op,
                f"R.{op}(x, g, b, m, v, axis={channel}, training={training}, momentum={momentum}{more})",
                dict(zip("xgbmv", [(shape, arrays[0]), *((par, a) for a in arrays[1:])])),
                ref,
                dims,
                tolerance=tolerance(dtype),
                one_form=True,
                note="training" if training else "inference",
            )
    f.skip(
        "nn.layer_norm nn.rms_norm nn.group_norm nn.instance_norm nn.batch_norm",
        rank0="has axes",
        broadcast="parameters run along axes",
    )
    return f
