"""Reductions and scans."""

import numpy as np
from case import EXACT, HALF, SUM, Family, floats, ints, sizes

REDUCE = {
    "sum": np.sum, "mean": np.mean, "max": np.max, "min": np.min, "prod": np.prod, "std": np.std, "variance": np.var,
}
SHAPES = [
    (("n", "m", 2), {"n": 3, "m": 4}, (None, 0, -1, (0, 2))),
    ((), {}, (None,)),
    (("n",), {"n": 5}, (None, 0)),
]
EMPTY = [
    ((0, 3), {}, (1,)),
    (("n", "m"), {"n": 0, "m": 2}, (1,)),
]
#: The result is a number that is not made of elements.
OVER_NOTHING = [((2, 0), {}, (None, 1)), (("n", "m"), {"n": 2, "m": 0}, (1, (0, 1)))]


def axis_text(axis):
    return "None" if axis is None else str(list(axis)) if isinstance(axis, tuple) else str(axis)


def lower_median(x, axis, keepdims):
    """The lower of two middle elements."""
    axes = tuple(range(x.ndim)) if axis is None else (axis,) if isinstance(axis, int) else axis
    axes = tuple(a % x.ndim for a in axes)
    rest = tuple(a for a in range(x.ndim) if a not in axes)
    rows = np.transpose(x, (*rest, *axes)).reshape([x.shape[a] for a in rest] + [int(np.prod([x.shape[a] for a in axes]))])
    order = np.argsort(rows, axis=-1, kind="stable")
    at = order[..., (rows.shape[-1] - 1) // 2]
    value = np.take_along_axis(rows, at[..., None], -1)[..., 0]
    if keepdims:
        shape = tuple(1 if a in axes else n for a, n in enumerate(x.shape))
        value, at = value.reshape(shape), at.reshape(shape)
    return (value, at.astype("int64")) if len(axes) == 1 and axis is not None else value


def statistical():
    f = Family("statistical")

    def cases(op, ref, make, shapes, tolerance, one=False):
        for shape, dims, axes in shapes:
            for axis in axes:
                if one and isinstance(axis, tuple):
                    continue
                for keepdims in (False, True):
                    if keepdims and (shape == () or axis == 0):
                        continue
                    x = make(f.rng(op), sizes(shape, dims))
                    more = ", keepdims=True" if keepdims else ""
                    f.case(op, f"R.{op}(x, axis={axis_text(axis)}{more})", {"x": (shape, x)},
                           lambda x: ref(x, axis=axis, keepdims=keepdims), dims, tolerance=tolerance, note=f"axis={axis_text(axis)}{more}")

    for op, ref in REDUCE.items():
        exact = EXACT if op in ("max", "min") else SUM
        cases(op, ref, floats, SHAPES + EMPTY, exact)
        if op in ("sum", "prod"):
            cases(op, ref, floats, OVER_NOTHING, exact)
        cases(op, ref, lambda rng, s: floats(rng, s, dtype="float16"), [((3, 4), {}, (1,))], EXACT if exact == EXACT else HALF)
        if op not in ("mean", "std", "variance"):
            cases(op, lambda x, **how: ref(x, **how).astype(x.dtype), lambda rng, s: ints(rng, s, 1, 4), [(("n", 4), {"n": 3}, (0, 1))], EXACT)
    for op, ref in (("argmax", np.argmax), ("argmin", np.argmin)):
        def arg(x, axis, keepdims):
            return np.asarray(ref(x, axis=axis, keepdims=keepdims), "int64")
        cases(op, arg, lambda rng, s: np.round(floats(rng, s)), SHAPES + EMPTY, EXACT, one=True)
        cases(op, arg, ints, [((3, 4), {}, (0, 1))], EXACT)
        inf = np.array([[-np.inf, -np.inf], [np.inf, 1]], dtype="float32")
        f.case(op, f"R.{op}(x, axis=1)", {"x": ((2, 2), inf)}, lambda x: arg(x, 1, False), note="infinities")
        nan = np.array([[1, np.nan, 2, np.nan], [np.inf, 0, -np.inf, np.nan]], dtype="float32")
        f.case(op, f"R.{op}(x, axis=1)", {"x": ((2, 4), nan)}, lambda x: arg(x, 1, False), note="NaN")
    cases("median", lower_median, lambda rng, s: np.round(floats(rng, s)), SHAPES + EMPTY, EXACT)
    cases("median", lower_median, ints, [((3, 5), {}, (0, 1))], EXACT)

    for op, ref in (("cumsum", np.cumsum), ("cumprod", np.cumprod)):
        neutral = 0 if op == "cumsum" else 1

        def scan(x, axis, exclusive, dtype=None):
            if axis is None:
                x, axis = x.reshape(-1), 0
            y = ref(x, axis=axis, dtype=dtype or x.dtype)
            if exclusive:
                y = np.roll(y, 1, axis)
                if y.shape[axis] > 0:
                    np.moveaxis(y, axis, 0)[0] = neutral
            return y

        for shape, dims, axes in ((("n", "m", 2), {"n": 3, "m": 4}, (None, 0, 1, -1)), ((), {}, (None,)), ((0, 3), {}, (0, 1)), (("n", 0), {"n": 2}, (1, None))):
            for axis in axes:
                for exclusive in (False, True):
                    x = floats(f.rng(op), sizes(shape, dims))
                    f.case(op, f"R.{op}(x, axis={axis}, exclusive={exclusive})", {"x": (shape, x)}, lambda x: scan(x, axis, exclusive), dims,
                           tolerance=SUM, note=f"axis={axis}{', exclusive' if exclusive else ''}")
        x = ints(f.rng(op), (2, 5), 1, 4, "int8")
        f.case(op, f'R.{op}(x, axis=1, dtype="int32")', {"x": ((2, 5), x)}, lambda x: scan(x, 1, False, "int32"), note="to int32")
        x = floats(f.rng(op), (2, 5), dtype="float16")
        f.case(op, f"R.{op}(x, axis=1)", {"x": ((2, 5), x)}, lambda x: scan(x, 1, False))
    f.skip([*REDUCE, "argmax", "argmin", "median", "cumsum", "cumprod"], broadcast="one operand")
    return f
