"""Convolutions, forwards and transposed."""

import numpy as np
from case import Family, floats, ints, sizes
from ort import ort

AXES = ["W", "HW", "DHW"]


def to_layout(array, standard, layout):
    return np.transpose(array, [standard.index(c) for c in layout])


def text(**attrs):
    return "".join(f", {k}={v!r}" for k, v in attrs.items() if v is not None)


def convolve(x, w, rank, strides, padding, dilation, groups):
    """By definition, for integers."""
    d = rank
    x = np.pad(x, [(0, 0), (0, 0), *zip(padding[:d], padding[d:])])
    reach = [dilation[i] * (w.shape[2 + i] - 1) + 1 for i in range(d)]
    out = [(x.shape[2 + i] - reach[i]) // strides[i] + 1 for i in range(d)]
    y = np.zeros((x.shape[0], w.shape[0], *out), dtype=np.int64)
    per = w.shape[0] // groups
    for f in range(w.shape[0]):
        lo = f // per * w.shape[1]
        for at in np.ndindex(*out):
            window = tuple(slice(at[i] * strides[i], at[i] * strides[i] + reach[i], dilation[i]) for i in range(d))
            y[(slice(None), f, *at)] = (
                x[(slice(None), slice(lo, lo + w.shape[1]), *window)].astype(np.int64) * w[f]
            ).sum(tuple(range(1, 2 + d)))
    return y


# strides, padding (befores then afters), dilation, groups
SETTINGS = {
    1: [([1], [0, 0], [1], 1), ([2], [1, 2], [1], 1), ([1], [2, 2], [2], 2), ([3], [0, 1], [1], 4)],
    2: [
        ([1, 1], [0, 0, 0, 0], [1, 1], 1),
        ([2, 1], [1, 0, 2, 1], [1, 1], 1),
        ([1, 2], [2, 1, 1, 2], [2, 1], 2),
        ([2, 2], [1, 1, 1, 1], [1, 1], 4),
        ([1, 1], [1, 1, 1, 1], [1, 2], 1),
    ],
    3: [([1, 1, 1], [0, 0, 0, 0, 0, 0], [1, 1, 1], 1), ([2, 1, 2], [1, 0, 1, 0, 1, 2], [1, 2, 1], 2)],
}
SPATIAL = {1: (["w"], [7], [3]), 2: (["h", "w"], [5, 6], [3, 2]), 3: (["z", "h", "w"], [3, 4, 4], [2, 2, 2])}


def short(values):
    """The shortest way to write values for each dimension."""
    return values[0] if len(set(values)) == 1 else tuple(values)


def convolution():
    f = Family("convolution")
    for rank in (1, 2, 3):
        op, standard = f"nn.conv{rank}d", f"NC{AXES[rank - 1]}"
        names, lengths, kernel = SPATIAL[rank]
        dims = {"n": 2, **dict(zip(names, lengths))}

        def case(
            setting,
            layouts=(None, None, None),
            data=floats,
            dtype="float32",
            out=None,
            co=4,
            ci=4,
            shape=None,
            dims=dims,
            **more,
        ):
            strides, padding, dilation, groups = setting
            xl, kl, ol = layouts
            x_shape = shape or ["n", ci, *names]
            rng = f.rng(op)
            x = data(rng, sizes(x_shape, dims), dtype=dtype)
            w = data(rng, (co, ci // groups, *kernel), dtype=dtype)
            ws = list(w.shape)
            order = lambda items, std, layout: [items[std.index(c)] for c in layout or std]
            kstd = f"OI{AXES[rank - 1]}"

            def ref(x, w):
                x = to_layout(x, xl or standard, standard)
                w = to_layout(w, kl or kstd, kstd)
                if x.size == 0 or data is ints:
                    y = convolve(x, w, rank, strides, padding, dilation, groups).astype(out or dtype)
                else:
                    y = ort(
                        "Conv", [x, w], {"strides": strides, "pads": padding, "dilations": dilation, "group": groups}
                    )
                return to_layout(y, standard, ol or xl or standard)

            call = (
                f"R.{op}(x, w"
                + text(
                    strides=short(strides),
                    padding=short(padding),
                    dilation=short(dilation),
                    groups=groups,
                    data_layout=xl,
                    kernel_layout=kl,
                    out_layout=ol,
                    out_dtype=out,
                )
                + ")"
            )
            f.case(
                op,
                call,
                {
                    "x": (tuple(order(x_shape, standard, xl)), to_layout(x, standard, xl or standard)),
                    "w": (tuple(order(ws, kstd, kl)), to_layout(w, kstd, kl or kstd)),
                },
                ref,
                {k: v for k, v in dims.items() if k in x_shape},
                tolerance=("exact" if data is ints else "half" if dtype == "float16" else "sum"),
                note=f"strides {strides}, padding {padding}, dilation {dilation}, groups {groups}"
                + "".join(f", {l}" for l in layouts if l),
                one_form=True,
                **more,
            )

        sp = AXES[rank - 1]
        for setting in SETTINGS[rank]:
            case(setting)
            case(setting, (f"N{sp}C", f"{sp}IO", None))
        case(SETTINGS[rank][0], (f"N{sp}C", f"OI{sp}", standard))
        case(SETTINGS[rank][1], data=ints, dtype="int8", out="int32")
        case(SETTINGS[rank][1], data=ints, dtype="int32")
        case(SETTINGS[rank][1], dtype="float16")
        case(SETTINGS[rank][0], dims={**dims, "n": 0})
        case(SETTINGS[rank][1], co=0, shape=[1, 4, *lengths])
        if rank == 2:
            case(([1, 1], [1, 1, 1, 1], [1, 1], 4), co=8)
            case(([2, 2], [3, 3, 3, 3], [1, 1], 1), shape=[1, 3, "h", "w"], ci=3)

    f.skip([f"nn.conv{r}d" for r in (1, 2, 3)], rank0="has spatial dimensions", broadcast="channels must agree")
    transposed(f)
    return f


TRANSPOSED = {  # with output padding
    1: [([1], [0, 0], [1], 1, [0]), ([2], [1, 0], [1], 1, [1]), ([3], [1, 2], [2], 2, [0])],
    2: [
        ([1, 1], [0, 0, 0, 0], [1, 1], 1, [0, 0]),
        ([2, 2], [1, 0, 1, 1], [1, 1], 1, [1, 0]),
        ([2, 3], [0, 1, 1, 0], [2, 1], 2, [0, 2]),
        ([2, 2], [0, 0, 0, 0], [1, 1], 4, [0, 0]),
    ],
    3: [([1, 1, 1], [0] * 6, [1, 1, 1], 1, [0, 0, 0]), ([2, 1, 2], [1, 0, 0, 0, 0, 1], [1, 2, 1], 2, [1, 0, 0])],
}


def transposed(f):
    for rank in (1, 2, 3):
        op, standard, kstd = f"nn.conv{rank}d_transpose", f"NC{AXES[rank - 1]}", f"IO{AXES[rank - 1]}"
        names, _, kernel = SPATIAL[rank]
        dims = {"n": 2, **dict(zip(names, [3, 4, 2]))}

        def case(setting, layouts=(None, None, None), dtype="float32", dims=dims):
            strides, padding, dilation, groups, extra = setting
            xl, kl, ol = layouts
            x_shape = ["n", 4, *names]
            rng = f.rng(op)
            x, w = floats(rng, sizes(x_shape, dims), dtype=dtype), floats(rng, (4, 4 // groups, *kernel), dtype=dtype)
            order = lambda items, std, layout: [items[std.index(c)] for c in layout or std]

            def ref(x, w):
                x, w = to_layout(x, xl or standard, standard), to_layout(w, kl or kstd, kstd)
                batch = max(len(x), 1)
                full = np.zeros((batch, *x.shape[1:])) if len(x) == 0 else x
                y = ort(
                    "ConvTranspose",
                    [full, w],
                    {
                        "strides": strides,
                        "pads": padding,
                        "dilations": dilation,
                        "group": groups,
                        "output_padding": extra,
                    },
                )
                return to_layout(y[: len(x)], standard, ol or xl or standard)

            call = (
                f"R.{op}(x, w"
                + text(
                    strides=short(strides),
                    padding=short(padding),
                    output_padding=short(extra),
                    dilation=short(dilation),
                    groups=groups,
                    data_layout=xl,
                    kernel_layout=kl,
                    out_layout=ol,
                )
                + ")"
            )
            f.case(
                op,
                call,
                {
                    "x": (tuple(order(x_shape, standard, xl)), to_layout(x, standard, xl or standard)),
                    "w": (tuple(order(list(w.shape), kstd, kl)), to_layout(w, kstd, kl or kstd)),
                },
                ref,
                dims,
                tolerance="half" if dtype == "float16" else "sum",
                note=f"strides {strides}, padding {padding}, dilation {dilation}, groups {groups}"
                + "".join(f", {l}" for l in layouts if l),
                one_form=True,
            )

        sp = AXES[rank - 1]
        for setting in TRANSPOSED[rank]:
            case(setting)
        case(TRANSPOSED[rank][1], (f"N{sp}C", f"{sp}OI", None))
        case(TRANSPOSED[rank][1], (f"N{sp}C", None, standard))
        case(TRANSPOSED[rank][1], dtype="float16")
        case(TRANSPOSED[rank][0], dims={**dims, "n": 0})
    f.skip(
        [f"nn.conv{r}d_transpose" for r in (1, 2, 3)], rank0="has spatial dimensions", broadcast="channels must agree"
    )
