"""Windows: largest element, mean, mean with windows chosen by the output size."""

import numpy as np
from case import Family, floats, ints, sizes
from convolution import AXES, SPATIAL, short, text, to_layout
from ort import ort

# size, strides, padding (befores then afters), dilation, ceil mode
SETTINGS = {
    1: [
        ([3], [1], [0, 0], [1], False),
        ([3], [2], [1, 0], [1], True),
        ([2], [2], [1, 1], [2], False),
        ([2], [3], [0, 1], [1], True),
    ],
    2: [
        ([2, 3], [1, 1], [0, 0, 0, 0], [1, 1], False),
        ([3, 3], [2, 2], [1, 1, 1, 1], [1, 1], False),
        ([3, 2], [2, 2], [0, 1, 1, 0], [1, 1], True),
        ([2, 2], [2, 1], [1, 0, 0, 1], [2, 1], True),
        ([3, 3], [3, 3], [1, 1, 1, 1], [1, 1], True),
    ],
    3: [([2, 2, 2], [1, 1, 1], [0] * 6, [1, 1, 1], False), ([2, 3, 2], [2, 1, 2], [1, 1, 0, 0, 1, 1], [1, 1, 1], True)],
}


def pooling():
    f = Family("pooling")
    for rank in (1, 2, 3):
        names, lengths, _ = SPATIAL[rank]
        dims = {"n": 2, "c": 2, **dict(zip(names, lengths))}
        sp, standard = AXES[rank - 1], f"NC{AXES[rank - 1]}"

        def case(kind, setting, layouts=(None, None), data=floats, dtype="float32", dims=dims, include=False):
            op = f"nn.{kind}_pool{rank}d"
            size, strides, padding, dilation, ceil = setting
            xl, ol = layouts
            shape = ["n", "c", *names]
            x = data(f.rng(op), sizes(shape, dims), dtype=dtype)
            attrs = {
                "kernel_shape": size,
                "strides": strides,
                "pads": padding,
                "dilations": dilation,
                "ceil_mode": int(ceil),
            }
            if kind == "avg":
                attrs["count_include_pad"] = int(include)

            def ref(x):
                x = to_layout(x, xl or standard, standard)
                full = x if x.size else np.zeros([max(d, 1) for d in x.shape])
                y = ort(
                    "MaxPool" if kind == "max" else "AveragePool",
                    [
                        (
                            full
                            if data is floats or dtype in ("int8", "uint8") and kind == "max"
                            else full.astype(np.float64)
                        )
                    ],
                    attrs,
                )
                y = y[tuple(slice(0, d) for d in x.shape[:2])]
                y = to_layout(y, standard, ol or xl or standard)
                return y if data is floats else np.trunc(np.round(y, 4)).astype(dtype)

            call = (
                f"R.{op}(x"
                + text(
                    pool_size=short(size),
                    strides=short(strides),
                    padding=short(padding),
                    dilation=short(dilation),
                    ceil_mode=ceil,
                    count_include_pad=include,
                    layout=xl,
                    out_layout=ol,
                )
                + ")"
            )
            order = [shape[standard.index(c)] for c in xl or standard]
            f.case(
                op,
                call,
                {"x": (tuple(order), to_layout(x, standard, xl or standard))},
                ref,
                dims,
                tolerance=(
                    "exact" if data is ints else "half" if dtype == "float16" else "sum" if kind == "avg" else "exact"
                ),
                one_form=True,
                note=f"size {size}, strides {strides}, padding {padding}"
                + ", ceil" * ceil
                + "".join(f", {l}" for l in layouts if l),
            )

        for kind in ("max", "avg"):
            for setting in SETTINGS[rank]:
                case(kind, setting)
                if kind == "avg" and any(setting[2]):
                    case(kind, setting, include=True)
            case(kind, SETTINGS[rank][1], (f"N{sp}C", None))
            case(kind, SETTINGS[rank][1], (f"N{sp}C", standard))
            case(kind, SETTINGS[rank][1], dtype="float16")
            case(kind, SETTINGS[rank][1], data=ints, dtype="int8")
            case(kind, SETTINGS[rank][1], data=ints, dtype="int32")
            case(kind, SETTINGS[rank][0], dims={**dims, "n": 0})

        op = f"nn.adaptive_avg_pool{rank}d"
        for out, layout, dtype in (
            (1, None, "float32"),
            (lengths[0] - 1, None, "float32"),
            ((*range(2, 2 + rank),), f"N{sp}C", "float32"),
            (2, None, "float16"),
            (None, None, "float32"),
            (lengths[0] + 2, None, "float32"),
        ):
            for n in ((2, 0) if out == 1 else (2,)):
                own = {**dims, "n": n}
                shape = ["n", "c", *names]
                x = floats(f.rng(op), sizes(shape, own), dtype=dtype)
                order = [shape[standard.index(c)] for c in layout or standard]

                def ref(x):
                    x = to_layout(x, layout or standard, standard)
                    o = x.shape[2:] if out is None else out if isinstance(out, tuple) else (out,) * rank
                    y = np.zeros((*x.shape[:2], *o))
                    for at in np.ndindex(*o):
                        window = tuple(slice(a * h // m, -(-(a + 1) * h // m)) for a, h, m in zip(at, x.shape[2:], o))
                        y[(slice(None), slice(None), *at)] = x[(slice(None), slice(None), *window)].mean(
                            tuple(range(2, 2 + rank))
                        )
                    return to_layout(y, standard, layout or standard)

                size = "" if out is None else text(output_size=out)
                f.case(
                    op,
                    f"R.{op}(x{size}" + text(layout=layout) + ")",
                    {"x": (tuple(order), to_layout(x, standard, layout or standard))},
                    ref,
                    own,
                    tolerance="half" if dtype == "float16" else "sum",
                    one_form=True,
                    note=f"to {out}",
                )
    f.skip(
        [f"nn.{k}_pool{r}d" for r in (1, 2, 3) for k in ("max", "avg", "adaptive_avg")],
        rank0="has spatial dimensions",
        broadcast="one operand",
    )
    return f
