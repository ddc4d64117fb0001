"""Sorting, searching, sets and sampling."""

import numpy as np
from case import EXACT, Family, floats, ints, sizes

SHAPES = [(("n", "m"), {"n": 3, "m": 7}, -1), (("n", "m"), {"n": 5, "m": 2}, 0), ((6,), {}, 0), ((0, 3), {}, 1), (("n", 2), {"n": 0}, 0), ((1, 4), {}, 0), ((2, 9, 2), {}, 1)]


def search():
    f = Family("search")

    def order(x, axis, descending):
        # Stable both ways.
        key = -x if descending else x
        return np.argsort(key, axis, kind="stable")

    for data in (lambda rng, s: np.round(floats(rng, s)), ints):
        for shape, dims, axis in SHAPES if data is not ints else SHAPES[:1]:
            size = sizes(shape, dims)
            for descending in (False, True):
                x = data(f.rng("sort"), size)
                note = "descending" if descending else ""
                f.case("sort", f"R.sort(x, axis={axis}, descending={descending})", {"x": (shape, x)}, lambda x: np.take_along_axis(x, order(x, axis, descending), axis), dims, note=note)
                for dtype in ("int32", "int64")[: 2 if descending else 1]:
                    f.case("argsort", f'R.argsort(x, axis={axis}, descending={descending}, dtype="{dtype}")', {"x": (shape, x)}, lambda x: order(x, axis, descending).astype(dtype), dims, note=note)
                for k, kind in ((1, "both"), (2, "values"), (2, "indices"), (-1, "both")):
                    if size[axis] < k or (descending and k < 2):
                        continue

                    def top(x):
                        at = order(x, axis, descending)
                        at = at if k < 0 else np.take(at, range(k), axis)
                        both = np.take_along_axis(x, at, axis), at.astype("int32")
                        return both if kind == "both" else both[0] if kind == "values" else both[1]
                    f.case("topk", f'R.topk(x, k={k}, axis={axis}, ret_type="{kind}", largest={descending})', {"x": (shape, x)}, top, dims, note=f"{kind} of {k} {note}".rstrip())

    nan = np.array([np.nan, 2, -np.inf, np.nan, 1, np.inf, 0], dtype="float32")
    up, down = np.argsort(nan, kind="stable"), np.array([0, 3, 5, 1, 4, 6, 2])
    for descending, at in ((False, up), (True, down)):
        f.case("sort", f"R.sort(x, descending={descending})", {"x": ((7,), nan)}, lambda x: x[at], note="NaN is greatest")
        f.case("argsort", f"R.argsort(x, descending={descending})", {"x": ((7,), nan)}, lambda x: at.astype("int32"), note="NaN is greatest")

    for shape, dims, count in ((("n", "m"), {"n": 3, "m": 4}, 5), ((), {}, 4), ((0, 2), {}, 3), (("n",), {"n": 6}, 1), ((3,), {}, 0)):
        for right in (False, True):
            for dtype in ("float32", "int32"):
                rng = f.rng("bucketize")
                x = (np.round(floats(rng, sizes(shape, dims))) if dtype == "float32" else ints(rng, sizes(shape, dims), -2, 3)).astype(dtype)
                bounds = np.sort(ints(rng, (count,), -2, 3)).astype(dtype)
                f.case("bucketize", f"R.bucketize(x, b, out_int32={dtype == 'int32'}, right={right})", {"x": (shape, x), "b": ((count,), bounds)},
                       lambda x, b: np.asarray(np.searchsorted(b, x, "right" if right else "left"), "int32" if dtype == "int32" else "int64"), dims, note="right" if right else "left")

    flags = ("return_index", "return_inverse", "return_counts")
    for shape, dims in ((("n", "m"), {"n": 3, "m": 4}), ((7,), {}), ((), {}), ((0,), {}), (("n", 2), {"n": 0})):
        for given in ((), flags, flags[1:2]):
            x = ints(f.rng("unique"), sizes(shape, dims), -2, 3)
            more = "".join(f", {flag}=True" for flag in given)

            def unique(x):
                parts = np.unique(x, **{flag: True for flag in given})
                if not given:
                    return parts
                return [parts[0], *(p.reshape(-1).astype("int64") for p in parts[1:])]
            f.case("unique", f"R.unique(x{more})", {"x": (shape, x)}, unique, dims, note=", ".join(given))
    for shape, dims, axis in ((("n", "m"), {"n": 6, "m": 2}, 0), ((2, 7), {}, 1), ((2, 5, 2), {}, 1), ((0, 2), {}, 0), ((4,), {}, 0)):
        for given in ((), flags):
            x = ints(f.rng("unique"), sizes(shape, dims), 0, 2)
            more = "".join(f", {flag}=True" for flag in given)

            def unique_slices(x):
                parts = np.unique(x, axis=axis, **{flag: True for flag in given})
                return [parts[0], *(p.reshape(-1).astype("int64") for p in parts[1:])] if given else parts
            f.case("unique", f"R.unique(x{more}, axis={axis})", {"x": (shape, x)}, unique_slices, dims, note=f"axis={axis} {', '.join(given)}".rstrip())
    for shape, dims in ((("n", "m"), {"n": 3, "m": 4}), ((7,), {}), ((0, 2), {}), ((2, 1, 2), {})):
        for dtype in ("float32", "bool", "int64"):
            x = ints(f.rng("nonzero"), sizes(shape, dims), 0, 2).astype(dtype)
            f.case("nonzero", "R.nonzero(x)", {"x": (shape, x)}, lambda x: np.stack(np.nonzero(x)).astype("int64"), dims)
    f.case("nonzero", "R.nonzero(x)", {"x": (("n",), np.zeros(3, "float32"))}, lambda x: np.stack(np.nonzero(x)).astype("int64"), {"n": 3}, note="none")

    for n, m, s, dtype in ((2, 4, 5, "int64"), (1, 3, 3, "int32"), (2, 3, 0, "int64")):
        rng = f.rng("multinomial_from_uniform")
        prob = rng.integers(1, 9, (n, m)).astype("float32")
        prob = (prob / prob.sum(axis=1, keepdims=True)).astype("float32")
        uniform, rows = floats(rng, (s, 1), 0, 0.99), ints(rng, (s, 1), 0, n, "int64")

        def sampled(prob, uniform, rows):
            running = np.cumsum(prob[rows[:, 0]], axis=1)
            return np.minimum((running <= uniform).sum(axis=1, keepdims=True), m - 1).astype(dtype)
        f.case("multinomial_from_uniform", f'R.multinomial_from_uniform(p, u, r, dtype="{dtype}")',
               {"p": (("n", "m"), prob), "u": (("s", 1), uniform), "r": (("s", 1), rows)}, sampled, {"n": n, "m": m, "s": s}, tolerance=EXACT)
    f.skip("sort argsort topk bucketize unique nonzero multinomial_from_uniform", broadcast="nothing to broadcast")
    f.skip("sort argsort topk nonzero", rank0="needs an axis")
    f.skip("multinomial_from_uniform", rank0="takes matrices")
    return f
