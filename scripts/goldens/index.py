"""Reading and writing elements at positions."""

import numpy as np
from case import SUM, Family, bools, floats, ints, sizes


def index():
    f = Family("index")

    for shape, at, dims, axis, mode in (
        (("n", "m"), ("k",), {"n": 4, "m": 3, "k": 5}, 0, "fast"), (("n", "m"), ("k", 2), {"n": 4, "m": 3, "k": 2}, -1, "fast"), ((5,), (2, 2), {}, None, "fast"),
        (("n", 3), (), {"n": 4}, 0, "fast"), (("n", "m"), ("k",), {"n": 4, "m": 3, "k": 6}, 1, "clip"), (("n", "m"), ("k",), {"n": 4, "m": 3, "k": 6}, 0, "wrap"),
        ((4, 2), (6,), {}, 0, "nan"), ((3, 2), (0,), {}, 0, "fast"), (("n", 2), ("k",), {"n": 3, "k": 0}, 0, "clip"), ((0, 3), (2,), {}, 1, "fast"),
    ):
        size = sizes(shape, dims)
        n = size[axis or 0]
        low, high = (0, n) if mode == "fast" else (-n - 2, n + 3) if mode == "wrap" else (-2, n + 3)
        for dtype in ("int64", "int32"):
            x, i = floats(f.rng("take"), size), ints(f.rng("take"), sizes(at, dims), low, high, dtype)

            def taken(x, i):
                y = np.take(x, i, axis, mode="clip" if mode == "nan" else "raise" if mode == "fast" else mode)
                if mode == "nan":
                    y[(i < 0) | (i >= n)] = np.nan
                return y
            f.case("take", f'R.take(x, i, axis={axis}, mode="{mode}")', {"x": (shape, x), "i": (at, i)}, taken, dims, note=mode)
    f.case("take", "R.take(x, R.const(2, \"int64\"), axis=0)", {"x": (("n", 2), floats(f.rng("take"), (4, 2)))}, lambda x: x[2], {"n": 4}, tags=("rank0",), note="one index")

    def sliced(shape, dims, axes, begin, end, strides=None, inbound=False, note=""):
        size = sizes(shape, dims)
        x = floats(f.rng("strided_slice"), size)
        value = {k: v for k, v in dims.items()}

        def number(e):
            return eval(str(e).strip("<>"), {}, value)
        cut = [slice(None)] * len(size)
        for j, a in enumerate(axes):
            cut[a] = slice(number(begin[j]), number(end[j]), 1 if strides is None else strides[j])

        def text(items):
            return "[" + ", ".join(map(str, items)) + "]"
        more = (f", strides={text(strides)}" if strides else "") + (", assume_inbound=True" if inbound else "")
        f.case("strided_slice", f"R.strided_slice(x, axes={text(axes)}, begin={text(begin)}, end={text(end)}{more})", {"x": (shape, x)}, lambda x: x[tuple(cut)], dims, note=note)

    big = 2**31 - 1
    sliced(("n", "m"), {"n": 4, "m": 5}, (0, 1), (1, 0), (3, 5))
    sliced(("n", "m"), {"n": 4, "m": 5}, (1,), (-3,), (big,), note="from the end")
    sliced(("n", "m"), {"n": 4, "m": 5}, (-1,), (0,), (big,), (2,), note="stride 2")
    sliced(("n", "m"), {"n": 4, "m": 5}, (0,), (-1,), (-big,), (-1,), note="reversed")
    sliced(("n", "m"), {"n": 4, "m": 5}, (0, 1), (3, -1), (0, 0), (-2, -3), note="negative strides")
    sliced(("n", 6), {"n": 4}, (0,), ("<n - 2>",), ("<n>",), note="symbolic bounds")
    sliced(("n", 6), {"n": 4}, (0,), (1,), (3,), inbound=True, note="inbound")
    sliced((4, 5), {}, (0,), (3,), (1,), note="nothing")
    sliced(("n", 5), {"n": 4}, (1,), (9,), (20,), note="past the end")
    sliced((0, 5), {}, (1,), (1,), (3,))

    for shape, dims, begin, end, strides in (
        (("n", "m"), {"n": 4, "m": 5}, (1, 0), (3, 5), (1, 2)), (("n", "m"), {"n": 4, "m": 5}, (-1, -3), (-99, 99), (-1, 1)), ((4, 5), {}, (2, 1), (2, 3), (1, 1)),
        ((6,), {}, (5,), (0,), (-2,)), ((0, 3), {}, (0, 1), (4, 3), (1, 1)),
    ):
        x = floats(f.rng("dynamic_strided_slice"), sizes(shape, dims))
        parts = [np.array(p, "int64") for p in (begin, end, strides)]
        f.case("dynamic_strided_slice", "R.dynamic_strided_slice(x, b, e, s)", {"x": (shape, x), **{k: ((len(shape),), p) for k, p in zip("bes", parts)}},
               lambda x, b, e, s: x[tuple(slice(int(i), int(j), int(k)) for i, j, k in zip(b, e, s))], dims)

    for shape, ats, dims in (
        (("n", "m"), [("k",)], {"n": 4, "m": 3, "k": 5}), (("n", "m"), [("k",), ("k",)], {"n": 4, "m": 3, "k": 5}), (("n", "m", 2), [("k", 1), ("k",)], {"n": 4, "m": 3, "k": 2}),
        ((4, 3), [(2, 2), (1,)], {}), ((4, 3), [()], {}), ((4, 3), [(0,)], {}), (("n", 3), [("k",), (2, 1)], {"n": 3, "k": 4}),
    ):
        size = sizes(shape, dims)
        x = floats(f.rng("index_tensor"), size)
        idx = [ints(f.rng("index_tensor"), sizes(s, dims), -size[j], size[j], "int64") for j, s in enumerate(ats)]
        names = "ijk"[: len(idx)]
        tags = ("broadcast",) if len(set(ats)) > 1 else ()
        f.case("index_tensor", f"R.index_tensor(x, [{', '.join(names)}])", {"x": (shape, x), **{k: (s, i) for k, s, i in zip(names, ats, idx)}}, lambda x, *i: x[tuple(i)], dims, tags)

        for accumulate in (False, True):
            values = floats(f.rng("index_put"), x[tuple(idx)].shape)
            rank = max(len(s) for s in ats)
            longest = max(ats, key=len)
            # The values have the symbols of the positions where these have one shape.
            whole = (*longest, *shape[len(ats):]) if len(set(ats)) == 1 else values.shape
            if not accumulate and len(idx) == 1 and idx[0].ndim:
                idx[0][...] = np.arange(idx[0].size).reshape(idx[0].shape) % max(size[0], 1)

            def put(x, *rest):
                y = x.copy()
                at, v = tuple(rest[:-1]), rest[-1]
                if accumulate:
                    np.add.at(y, at, v)
                else:
                    y[at] = v
                return y
            f.case("index_put", f"R.index_put(x, ({', '.join(names)},), v, accumulate={accumulate})",
                   {"x": (shape, x), **{k: (s, i) for k, s, i in zip(names, ats, idx)}, "v": (whole, values)}, put, dims, tags, SUM, note="accumulate" if accumulate else "")
    x, i, v = floats(f.rng("index_put"), (4, 3)), np.array([2, 0], "int64"), floats(f.rng("index_put"), (3,))

    def put_rows(x, i, v):
        y = x.copy()
        y[i] = v
        return y
    f.case("index_put", "R.index_put(x, (i,), v)", {"x": (("n", 3), x), "i": ((2,), i), "v": ((3,), v)}, put_rows, {"n": 4}, ("broadcast",))

    for shape, at, dims, axis in (
        (("n", "m"), ("n", "k"), {"n": 3, "m": 4, "k": 2}, 1), (("n", "m"), ("k", "m"), {"n": 3, "m": 4, "k": 5}, 0), ((3, 4), (3, 2), {}, -1), ((3, 4), (3, 0), {}, 1), ((0, 4), (0, 2), {}, 1),
    ):
        size = sizes(shape, dims)
        x, i = floats(f.rng("gather_elements"), size), ints(f.rng("gather_elements"), sizes(at, dims), -size[axis], size[axis], "int64")
        f.case("gather_elements", f"R.gather_elements(x, i, axis={axis})", {"x": (shape, x), "i": (at, i)}, lambda x, i: np.take_along_axis(x, np.where(i < 0, i + size[axis], i), axis), dims)
        u = floats(f.rng("scatter_elements"), sizes(at, dims))
        for reduction in ("update", "add", "mul", "max", "min", "mean"):
            def scattered(x, i, u):
                y = x.copy()
                for p in np.ndindex(i.shape):
                    q = (*p[: axis % 2], i[p], *p[axis % 2 + 1:])
                    y[q] = combine(reduction, y[q], u[p])
                return y
            f.case("scatter_elements", f'R.scatter_elements(x, i, u, axis={axis}, reduction="{reduction}")', {"x": (shape, x), "i": (at, i), "u": (at, u)}, scattered, dims,
                   tolerance=SUM, note=reduction)

    for shape, batch, depth, dims, batch_dims in (
        (("n", "m"), ("k",), 2, {"n": 3, "m": 4, "k": 5}, 0), (("n", "m"), ("k",), 1, {"n": 3, "m": 4, "k": 2}, 0), (("n", "m", 2), ("n", "k"), 1, {"n": 3, "m": 4, "k": 2}, 1),
        ((3, 4), (), 2, {}, 0), ((3, 4), (0,), 1, {}, 0), ((2, 3, 4), (2, 2), 2, {}, 0),
    ):
        size, rows = sizes(shape, dims), sizes(batch, dims)
        x = floats(f.rng("gather_nd"), size)
        i = np.stack([ints(f.rng("gather_nd"), rows, -size[batch_dims + j], size[batch_dims + j], "int64") for j in range(depth)], axis=-1)

        def gathered(x, i):
            out = np.zeros((*rows, *size[batch_dims + depth:]))
            for p in np.ndindex(rows):
                out[p] = x[(*p[:batch_dims], *i[p])]
            return out
        f.case("gather_nd", f"R.gather_nd(x, i, batch_dims={batch_dims})", {"x": (shape, x), "i": ((*batch, depth), i)}, gathered, dims)
        if batch_dims:
            continue
        u = floats(f.rng("scatter_nd"), (*rows, *size[depth:]))
        for reduction in ("update", "add", "mul", "max", "min"):
            def scattered_nd(x, i, u):
                y = x.copy()
                for p in np.ndindex(rows):
                    y[tuple(i[p])] = combine(reduction, y[tuple(i[p])], u[p])
                return y
            f.case("scatter_nd", f'R.scatter_nd(x, i, u, reduction="{reduction}")', {"x": (shape, x), "i": ((*batch, depth), i), "u": ((*batch, *shape[depth:]), u)}, scattered_nd, dims,
                   tolerance=SUM, note=reduction)

    for shape, dims, axis, start, end, step in (
        (("n", "m"), {"n": 4, "m": 3}, 1, 0, 2, 1), ((6, 2), {}, 0, 1, 6, 2), ((6, 2), {}, 0, -3, 99, 1), ((2, 5), {}, -1, 1, 4, 3), ((4, 2), {}, 0, 2, 2, 1), ((0, 4), {}, 1, 1, 3, 1),
    ):
        size = sizes(shape, dims)
        cut = [slice(None)] * len(size)
        cut[axis] = slice(start, end, step)
        x = floats(f.rng("slice_scatter"), size)
        count = x[tuple(cut)].shape[axis]
        small = list(shape)
        small[axis] = count
        u = floats(f.rng("slice_scatter"), sizes(small, dims))

        def written(x, u):
            y = x.copy()
            y[tuple(cut)] = u
            return y
        axis_size = size[axis]
        if isinstance(shape[axis], str):
            # The length of the slice of a named dimension is known only where its bounds are inside.
            shape = (*shape[:axis], axis_size, *shape[axis + 1:]) if axis >= 0 else shape
        f.case("slice_scatter", f"R.slice_scatter(x, u, {start}, {end}, {step}, axis={axis})", {"x": (shape, x), "u": (tuple(small), u)}, written, dims)

    for shape, dims, depth, axis in ((("n", "m"), {"n": 2, "m": 3}, 4, -1), (("n",), {"n": 3}, 3, 0), ((), {}, 3, -1), ((0,), {}, 2, -1), ((2, 2), {}, 3, 1)):
        for on, off, dtype in ((1.0, 0.0, "float32"), (5, -2, "int64")):
            i = ints(f.rng("one_hot"), sizes(shape, dims), 0, depth, "int64" if dtype == "int64" else "int32")

            def hot(i):
                at = np.arange(depth).reshape([depth if a == axis % (i.ndim + 1) else 1 for a in range(i.ndim + 1)])
                return np.where(np.expand_dims(i, axis) == at, on, off).astype(dtype)
            f.case("one_hot", f'R.one_hot(i, R.prim_value(T.{dtype}({on})), R.prim_value(T.{dtype}({off})), depth={depth}, axis={axis})', {"i": (shape, i)}, hot, dims, note=dtype)
    f.skip("take strided_slice dynamic_strided_slice gather_elements scatter_elements gather_nd scatter_nd slice_scatter one_hot", broadcast="nothing to broadcast")
    f.skip("strided_slice dynamic_strided_slice gather_elements scatter_elements slice_scatter", rank0="needs an axis")
    f.skip("gather_nd", rank0="index vectors have an axis")
    return f


def combine(reduction, old, new):
    how = {"update": lambda: new, "add": lambda: old + new, "mul": lambda: old * new, "max": lambda: np.maximum(old, new), "min": lambda: np.minimum(old, new),
           "mean": lambda: (old + new) / 2}
    return how[reduction]()
