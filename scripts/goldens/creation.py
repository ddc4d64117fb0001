"""Tensors made from scalars and positions, and facts of shapes."""

import numpy as np
from case import EXACT, ROUND, Family, floats, ints, sizes


def creation():
    f = Family("creation")
    shapes = [(("n", "m"), {"n": 2, "m": 3}), ((), {}), ((0, 3), {}), (("n", 2), {"n": 0})]

    def written(shape):
        return "(" + "".join(f"<{d}>, " if isinstance(d, str) else f"{d}, " for d in shape) + ")" if shape else "()"

    for shape, dims in shapes:
        size = sizes(shape, dims)
        x = floats(f.rng("full"), size)
        for dtype in ("float32", "int32"):
            value = np.array(2.5 if dtype == "float32" else 7, dtype)
            if all(isinstance(d, int) for d in shape):
                f.case("full", f'R.full({written(shape)}, v)', {"v": ((), value)}, lambda v: np.full(size, v, dtype), dims)
            f.case("full_like", "R.full_like(x, v)", {"x": (shape, x), "v": ((), value)}, lambda x, v: np.full(size, v, "float32"), dims)
            for op in ("ones", "zeros"):
                make = getattr(np, op)
                # Symbols come from an operand.
                keep = {"x": (shape, x)} if dims else {}
                f.case(op, f'R.{op}({written(shape)}, "{dtype}")', keep, lambda *_: make(size, dtype), dims)
                f.case(f"{op}_like", f'R.{op}_like(x, dtype="{dtype}")', {"x": (shape, x)}, lambda _: make(size, dtype), dims)
    dims = {"n": 2, "m": 3}
    f.case("full", "R.full((<n>, <m * 2>), v)", {"x": (("n", "m"), floats(f.rng("full"), (2, 3))), "v": ((), np.float32(0.5))},
           lambda x, v: np.full((2, 6), v), dims)

    for start, end, step, dtype in ((0, 5, 1, "int64"), (2, 11, 3, "int32"), (7, 0, -2, "int64"), (0, 4, 1, "float32"), (5, 5, 1, "int64"),
                                    (1.5, 4.0, 0.5, "float32"), (-1, 1, 0.25, "float16")):
        f.case("arange", f'R.arange({start}, {end}, {step}, dtype="{dtype}")', {}, lambda: np.arange(start, end, step).astype(dtype))
    for n in (5, 0):
        x = floats(f.rng("arange"), (n,))
        f.case("arange", 'R.arange(1, <n + 3>, 2, dtype="int64")', {"x": (("n",), x)}, lambda x: np.arange(1, n + 3, 2), {"n": n})
        f.case("arange", 'R.arange(<n>, dtype="float32")', {"x": (("n",), x)}, lambda x: np.arange(n).astype("float32"), {"n": n})
    for n, m, k in ((3, 3, 0), (3, 5, 1), (4, 2, -1), (0, 3, 0)):
        x = floats(f.rng("eye"), (n, m))
        f.case("eye", f"R.eye({n}, {m}, {k})", {}, lambda: np.eye(n, m, k, "float32"))
        f.case("eye", f'R.eye(<n>, <m>, {k}, dtype="int32")', {"x": (("n", "m"), x)}, lambda x: np.eye(n, m, k, "int32"), {"n": n, "m": m})
        f.case("eye_like", f"R.eye_like(x, {k})", {"x": (("n", "m"), x)}, lambda x: np.eye(n, m, k, "float32"), {"n": n, "m": m})
    for shape, dims in ((("n", "m"), {"n": 4, "m": 3}), ((2, "n", "n"), {"n": 3}), (("n", "n"), {"n": 0})):
        for op in ("tril", "triu"):
            for k in (0, 1, -2):
                make = getattr(np, op)
                f.case(op, f"R.{op}(x, {k})", {"x": (shape, floats(f.rng(op), sizes(shape, dims)))}, lambda x: make(x, k), dims, note=f"k={k}")
    for n, periodic in ((8, True), (8, False), (1, True), (1, False)):
        period = n if periodic else max(n - 1, 1)
        window = np.ones(1) if n == 1 else 0.54 - 0.46 * np.cos(2 * np.pi * np.arange(n) / period)
        f.case("hamming_window", f'R.hamming_window({n}, {periodic}, 0.54, 0.46, dtype="float32")', {}, lambda: window, tolerance=ROUND)
        f.case("hamming_window", f'R.hamming_window(<n>, {periodic}, 0.54, 0.46, dtype="float32")',
               {"x": (("n",), ints(f.rng("hamming_window"), (n,)))}, lambda x: window, {"n": n}, tolerance=ROUND)
    everything = "full full_like ones zeros ones_like zeros_like arange eye eye_like tril triu hamming_window"
    f.skip(everything, broadcast="nothing to broadcast")
    f.skip("arange hamming_window", rank0="gives vectors")
    f.skip("eye eye_like tril triu", rank0="needs a matrix")
    f.skip("hamming_window", empty="needs a length of 1 or more")
    return f


def shape():
    f = Family("shape")
    for s, dims in ((("n", "m"), {"n": 2, "m": 3}), ((), {}), ((0, 3), {}), (("n",), {"n": 0})):
        x = floats(f.rng("size"), sizes(s, dims))
        f.case("size", "R.size(x)", {"x": (s, x)}, lambda x: np.array(x.size, "int64"), dims, tolerance=EXACT)
    f.skip("size", broadcast="one operand")
    return f
