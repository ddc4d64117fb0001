"""Products of vectors and matrices."""

import numpy as np
from case import EXACT, HALF, SUM, Family, floats, ints, sizes


def linear_algebra():
    f = Family("linear-algebra")
    for a, b, dims in (
        (("n", "k"), ("k", "m"), {"n": 3, "k": 4, "m": 2}), (("b", "n", "k"), ("k", "m"), {"b": 2, "n": 3, "k": 2, "m": 2}), ((2, 1, 3, 4), (5, 4, 2), {}),
        (("k",), ("k",), {"k": 5}), (("k",), ("k", "m"), {"k": 3, "m": 4}), (("n", "k"), ("k",), {"n": 2, "k": 3}), (("b", 2, 3), ("b", 3, 2), {"b": 3}),
        (("b", 2, 3), ("c", 3, 2), {"b": 1, "c": 2}), ((0, 3), (3, 2), {}), (("n", "k"), ("k", "m"), {"n": 2, "k": 0, "m": 3}), ((1, 3), (3, 1), {}),
    ):
        rng = f.rng("matmul")
        x, y = floats(rng, sizes(a, dims)), floats(rng, sizes(b, dims))
        tags = ("broadcast",) if len(a) > 2 or len(b) > 2 else ()
        f.case("matmul", "R.matmul(x, y)", {"x": (a, x), "y": (b, y)}, np.matmul, dims, tags, SUM)
    rng = f.rng("matmul")
    x, y = ints(rng, (3, 9), -128, 128, "int8"), ints(rng, (9, 2), -128, 128, "int8")
    f.case("matmul", 'R.matmul(x, y, out_dtype="int32")', {"x": (("n", 9), x), "y": ((9, 2), y)}, lambda x, y: x.astype("int32") @ y.astype("int32"), {"n": 3}, note="to int32")
    x, y = floats(rng, (3, 9), dtype="float16"), floats(rng, (9, 2), dtype="float16")
    f.case("matmul", "R.matmul(x, y)", {"x": ((3, 9), x), "y": ((9, 2), y)}, np.matmul)
    f.case("matmul", 'R.matmul(x, y, out_dtype="float32")', {"x": ((3, 9), x), "y": ((9, 2), y)}, lambda x, y: (x @ y).astype("float32"), tolerance=SUM, note="to float32")

    for subscripts, shapes, dims in (
        ("ij,jk->ik", [("n", "k"), ("k", "m")], {"n": 2, "k": 3, "m": 4}), ("ij->ji", [("n", "m")], {"n": 2, "m": 3}), ("ii->i", [(3, 3)], {}), ("ii", [(3, 3)], {}),
        ("i,j->ij", [("n",), ("m",)], {"n": 2, "m": 3}), ("bij,bjk->bik", [("b", 2, "k"), ("b", "k", 3)], {"b": 2, "k": 2}), ("...ij,...jk->...ik", [(2, 1, 2, 3), (4, 3, 2)], {}),
        ("...ij,...jk->...ik", [("b", 2, 3), (3, 2)], {"b": 2}), ("ij,jk,kl->il", [(2, 3), (3, 2), (2, 4)], {}), ("i,i->", [("n",), ("n",)], {"n": 4}), ("ij->", [("n", 2)], {"n": 3}),
        ("ij->j", [(0, 3)], {}), ("ij,jk->ik", [(2, 0), (0, 3)], {}), (",ij->ij", [(), (2, 3)], {}), ("ji,jk", [(2, 3), (2, 4)], {}),
    ):
        xs = [floats(f.rng("einsum"), sizes(s, dims)) + np.float32(i) for i, s in enumerate(shapes)]
        names = "abc"[: len(xs)]
        operands = "(" + ", ".join(names) + ("," if len(names) == 1 else "") + ")"
        f.case("einsum", f'R.einsum({operands}, "{subscripts}")', {k: (s, x) for k, s, x in zip(names, shapes, xs)}, lambda *x: np.einsum(subscripts, *x), dims,
               ("broadcast",) if "." in subscripts else (), SUM, note=subscripts)
    for a, b, dims in ((("n",), ("m",), {"n": 3, "m": 2}), ((0,), (2,), {}), (("n",), (2,), {"n": 0})):
        x, y = floats(f.rng("outer"), sizes(a, dims)), floats(f.rng("outer"), sizes(b, dims))
        f.case("outer", "R.outer(x, y)", {"x": (a, x), "y": (b, y)}, np.outer, dims)
    f.skip("matmul outer", rank0="takes no scalars")
    f.skip("outer", broadcast="takes vectors")
    return f
