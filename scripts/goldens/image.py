"""Resampling of images."""

import numpy as np
from case import Family, floats, ints, sizes
from convolution import text, to_layout
from ort import ort

ORT_METHOD = {"nearest_neighbor": "nearest", "linear": "linear", "cubic": "cubic"}
ROUNDING = {
    "round_prefer_floor": "round_prefer_floor",
    "round_prefer_ceil": "round_prefer_ceil",
    "floor": "floor",
    "ceil": "ceil",
}
MODES = ("half_pixel", "align_corners", "asymmetric", "pytorch_half_pixel")


def resized(x, out, method, mode, rounding="round_prefer_floor", alpha=-0.75, exclude=0, roi=None, extrapolation=0.0):
    """By ONNX Runtime, in NCHW or NCDHW."""
    attrs = {
        "mode": ORT_METHOD[method],
        "coordinate_transformation_mode": mode,
        "nearest_mode": ROUNDING.get(rounding, "round_prefer_floor"),
        "cubic_coeff_a": alpha,
        "exclude_outside": exclude,
        "extrapolation_value": extrapolation,
    }
    d = x.ndim - 2
    box = None if roi is None else np.array([0, 0, *roi[:d], 1, 1, *roi[d:]], dtype=np.float32)
    return ort("Resize", [x, box, None, np.array([*x.shape[:2], *out], dtype=np.int64)], attrs, opset=19)


def image():
    f = Family("image")

    def resize(
        size,
        method,
        mode,
        rounding=None,
        layout=None,
        dtype="float32",
        dims=None,
        more=None,
        ref=None,
        out=None,
        data=floats,
        lengths=(5, 6),
    ):
        rank = len(lengths)
        op, standard = f"image.resize{rank}d", "NCHW" if rank == 2 else "NCDHW"
        names = ["h", "w"] if rank == 2 else ["z", "h", "w"]
        own = {"n": 1, "c": 2, **dict(zip(names, lengths)), **(dims or {})}
        shape = ["n", "c", *names]
        x = data(f.rng(op), sizes(shape, own), dtype=dtype)
        order = [shape[standard.index(c)] for c in layout or standard]
        more = more or {}
        symbolic = isinstance(size, str)
        to = [eval(s, {}, own) for s in size.split(", ")] if symbolic else list(size)
        if rounding is None:
            rounding = "round_prefer_floor" if method == "nearest_neighbor" else "round"

        def of(x):
            x = to_layout(x, layout or standard, standard)
            if ref is not None:
                y = ref(x, to)
            elif x.size == 0:
                y = np.zeros((*x.shape[:2], *to))
            else:
                y = resized(
                    x.astype(np.float32),
                    to,
                    method,
                    mode,
                    rounding,
                    more.get("cubic_alpha", -0.75),
                    more.get("cubic_exclude", 0),
                    more.get("roi"),
                    more.get("extrapolation_value", 0.0),
                )
            y = to_layout(y, standard, layout or standard)
            return (
                y if data is floats else np.trunc(y + 1e-4 * np.sign(y)).astype(dtype) if out is None else y.astype(out)
            )

        text_size = "(" + ", ".join(f"<{s}>" for s in size.split(", ")) + ")" if symbolic else str(tuple(to))
        call = (
            f"R.{op}(x, {text_size}"
            + text(
                layout=layout,
                method=method,
                coordinate_transformation_mode=mode,
                rounding_method=rounding,
                out_dtype=out,
                **more,
            )
            + ")"
        )
        f.case(
            op,
            call,
            {"x": (tuple(order), to_layout(x, standard, layout or standard))},
            of,
            own,
            out=out,
            tolerance="half" if "float16" in (dtype, out) else "sum",
            note=f"to {size} {method} {mode} {rounding}" + "".join(f" {k} {v}" for k, v in more.items()),
            one_form=not symbolic,
        )

    for k, mode in enumerate(MODES):
        small, large = (3, 4), (9, 8)
        resize(small, "linear", mode)
        resize(large, "linear", mode)
        resize((small, large)[k % 2], "cubic", mode)
        for j, rounding in enumerate(ROUNDING):
            resize((small, large)[(j + k) % 2], "nearest_neighbor", mode, rounding)
    resize((1, 1), "linear", "align_corners")
    resize((1, 4), "linear", "pytorch_half_pixel")
    resize("2 * h, 2 * w", "linear", "half_pixel")
    resize("2 * h, 2 * w", "nearest_neighbor", "asymmetric", "floor")
    resize("h + 1, w - 2", "cubic", "half_pixel", layout="NHWC")
    resize((4, 3), "linear", "half_pixel", layout="NHWC", dtype="float16")
    resize((4, 3), "linear", "half_pixel", out="float16")
    resize((7, 9), "nearest_neighbor", "half_pixel", data=ints, dtype="int8")
    resize((10, 12), "linear", "asymmetric", data=ints, dtype="int32")
    resize((8, 4), "cubic", "half_pixel", more={"cubic_alpha": -0.5, "cubic_exclude": 1})
    resize((3, 9), "cubic", "asymmetric", more={"cubic_exclude": 1})
    for method in ("linear", "nearest_neighbor", "cubic"):
        for roi, value in (((0.1, 0.2, 0.8, 0.9), 0.0), ((-0.2, 0.3, 1.3, 0.6), 7.5)):
            if method != "cubic":
                resize((4, 5), method, "tf_crop_and_resize", more={"roi": roi, "extrapolation_value": value})
        resize((1, 3), method, "tf_crop_and_resize", more={"roi": (0.2, 0.0, 0.6, 1.0)}) if method != "cubic" else None

    def half_pixel_for_nn(x, to):
        at = [np.minimum(np.floor((np.arange(m) + 0.5) * s / m), s - 1).astype(int) for m, s in zip(to, x.shape[2:])]
        return x[:, :, at[0]][:, :, :, at[1]]

    resize((3, 8), "nearest_neighbor", "tf_half_pixel_for_nn", "floor", ref=half_pixel_for_nn)
    resize((3, 4), "linear", "half_pixel", dims={"n": 0})

    def rounded(x, to):
        at = [
            np.clip(np.round((np.arange(m) + 0.5) * s / m - 0.5), 0, s - 1).astype(int) for m, s in zip(to, x.shape[2:])
        ]
        return x[:, :, at[0]][:, :, :, at[1]]

    resize((2, 3), "nearest_neighbor", "half_pixel", "round", ref=rounded, lengths=(4, 6))
    for mode in ("half_pixel", "align_corners"):
        for method in ("linear", "nearest_neighbor"):
            resize((3, 2, 5), method, mode, lengths=(2, 3, 4))
    resize((3, 2, 5), "linear", "half_pixel", layout="NDHWC", lengths=(2, 3, 4))
    resize((3, 5, 5), "nearest_neighbor", "asymmetric", "floor", lengths=(2, 3, 4))
    resize("z + 1, 2 * h, w", "linear", "asymmetric", lengths=(2, 3, 4))

    def separable(x, to):
        y = x.astype(float)
        for axis, m in enumerate(to):
            n = y.shape[2 + axis]
            q = (np.arange(m) + 0.5) * n / m - 0.5
            low = np.floor(q).astype(int)
            t, a = q - low, -0.75
            w = [
                a * (t**3 - 2 * t**2 + t),
                (a + 2) * t**3 - (a + 3) * t**2 + 1,
                -(a + 2) * t**3 + (2 * a + 3) * t**2 - a * t,
                -a * t**3 + a * t**2,
            ]
            y = sum(
                np.moveaxis(np.take(y, np.clip(low + k - 1, 0, n - 1), 2 + axis), 2 + axis, -1) * w[k] for k in range(4)
            )
            y = np.moveaxis(y, -1, 2 + axis)
        return y

    resize((3, 2, 5), "cubic", "half_pixel", ref=separable, lengths=(2, 3, 4))
    resize((3, 2, 5), "linear", "half_pixel", dims={"n": 0}, lengths=(2, 3, 4))
    f.skip("image.resize2d image.resize3d", rank0="has spatial dimensions", broadcast="one operand")

    op = "image.grid_sample"
    for method in ("bilinear", "nearest", "bicubic"):
        for padding in ("zeros", "border", "reflection"):
            for align in (False, True):
                dims = {"n": 2, "c": 2, "h": 4, "w": 3, "a": 3, "b": 4}
                rng = f.rng(op)
                x, g = floats(rng, sizes(("n", "c", "h", "w"), dims)), floats(
                    rng, sizes(("n", 2, "a", "b"), dims), -1.7, 1.7
                )
                mode = {"bilinear": "linear", "nearest": "nearest", "bicubic": "cubic"}[method]
                f.case(
                    op,
                    f"R.{op}(x, g" + text(method=method, padding_mode=padding, align_corners=align) + ")",
                    {"x": (("n", "c", "h", "w"), x), "g": (("n", 2, "a", "b"), g)},
                    lambda x, g: ort(
                        "GridSample",
                        [x, np.moveaxis(g, 1, -1)],
                        {"mode": mode, "padding_mode": padding, "align_corners": int(align)},
                        20,
                    ),
                    dims,
                    tolerance="sum",
                    note=f"{method} {padding}" + " align" * align,
                    one_form=True,
                )
                if method != "bicubic" and align == (padding == "border"):
                    rng = f.rng(op)
                    x, g = floats(rng, (1, 2, 3, 2, 4)), floats(rng, (1, 3, 2, 2, 3), -1.7, 1.7)
                    f.case(
                        op,
                        f"R.{op}(x, g"
                        + text(method=method, padding_mode=padding, align_corners=align, layout="NCDHW")
                        + ")",
                        {"x": ((1, 2, "h", 2, 4), x), "g": ((1, 3, 2, "a", 3), g)},
                        lambda x, g: ort(
                            "GridSample",
                            [x, np.moveaxis(g, 1, -1)],
                            {"mode": mode, "padding_mode": padding, "align_corners": int(align)},
                            20,
                        ),
                        {"h": 3, "a": 2},
                        tolerance="sum",
                        one_form=True,
                        note=f"3-D {method} {padding}" + " align" * align,
                    )
    rng = f.rng(op)
    x, g = floats(rng, (1, 3, 4, 2)), floats(rng, (1, 2, 2, 3), -1, 1)
    f.case(
        op,
        f'R.{op}(x, g, layout="NHWC")',
        {"x": ((1, 3, 4, 2), x), "g": ((1, 2, 2, 3), g)},
        lambda x, g: np.moveaxis(
            ort("GridSample", [np.moveaxis(x, -1, 1), np.moveaxis(g, 1, -1)], {"mode": "linear"}, 20), 1, -1
        ),
        tolerance="sum",
    )
    x, g = np.zeros((0, 2, 3, 3), dtype="float32"), np.zeros((0, 2, 2, 2), dtype="float32")
    f.case(
        op,
        f"R.{op}(x, g)",
        {"x": (("n", 2, 3, 3), x), "g": (("n", 2, 2, 2), g)},
        lambda x, g: np.zeros((0, 2, 2, 2)),
        {"n": 0},
    )
    f.skip(op, rank0="has spatial dimensions", broadcast="one batch")

    op = "image.affine_grid"
    for align in (False, True):
        for d, size, dims in (
            (2, (3, 4), {"n": 2}),
            (3, (2, 3, 2), {"n": 2}),
            (2, (1, 2), {"n": 1}),
            (2, (2, 2), {"n": 0}),
        ):
            theta = floats(f.rng(op), (dims["n"], d, d + 1))

            def ref(theta):
                line = [
                    (
                        np.zeros(1)
                        if align and s == 1
                        else np.linspace(-1, 1, s) if align else (2 * np.arange(s) + 1) / s - 1
                    )
                    for s in size
                ]
                grid = np.stack([*np.meshgrid(*line, indexing="ij")][::-1] + [np.ones(size)])
                return np.einsum("njk,k...->nj...", theta, grid)

            f.case(
                op,
                f"R.{op}(x, {size}" + text(align_corners=align) + ")",
                {"x": (("n", d, d + 1), theta)},
                ref,
                dims,
                tolerance="sum",
                note=f"to {size}" + " align" * align,
            )
    theta = floats(f.rng(op), (2, 2, 3))
    f.case(
        op,
        f"R.{op}(x, (<n + 1>, <n * 2>), align_corners=False)",
        {"x": (("n", 2, 3), theta)},
        lambda theta: ort("AffineGrid", [theta, np.array([2, 1, 3, 4])], {"align_corners": 0}, 20).transpose(
            0, 3, 1, 2
        ),
        {"n": 2},
        tolerance="sum",
    )
    f.skip(op, rank0="has matrices", broadcast="one operand")
    return f
