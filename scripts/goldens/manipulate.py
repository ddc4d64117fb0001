"""Operators that move elements."""

import numpy as np
from case import SUM, Family, floats, ints, sizes


def literal(items):
    return "(" + ", ".join(map(str, items)) + ("," if len(items) == 1 else "") + ")"


def manipulate():
    f = Family("manipulate")

    def one(op, call, shape, ref, dims=None, **more):
        f.case(op, call, {"x": (shape, floats(f.rng(op), sizes(shape, dims or {})))}, ref, dims, **more)

    for shape, dims, axes in (
        (("n", "m"), {"n": 2, "m": 3}, None), (("n", 3, "m"), {"n": 2, "m": 4}, (2, 0, 1)), ((2, 3, 1, 2), {}, (0, -1, 1, 2)), ((), {}, ()),
        ((0, 3), {}, (1, 0)), (("n", 2), {"n": 0}, None),
    ):
        one("permute_dims", f"R.permute_dims(x, axes={None if axes is None else list(axes)})", shape, lambda x: np.transpose(x, axes), dims)

    for shape, dims, to, call in (
        ((2, 6), {}, (4, 3), "(4, 3)"), (("n", "m"), {"n": 2, "m": 6}, (12,), "(<n * m>,)"), (("n", 4), {"n": 3}, (3, 2, 2), "(<n>, 2, 2)"),
        (("n", 4), {"n": 3}, (6, 2), "(-1, 2)"), ((2, 3), {}, (2, 1, 3), "(0, 1, -1)"), ((1, 1), {}, (), "()"), ((), {}, (1, 1), "(1, 1)"),
        ((0, 3), {}, (3, 0), "(3, 0)"), (("n", 3), {"n": 0}, (3, 0), "(3, <n>)"),
    ):
        one("reshape", f"R.reshape(x, {call})", shape, lambda x: x.reshape(to), dims)
    for shape, dims in ((("n", "m", 2), {"n": 2, "m": 3}), ((), {}), ((0, 2), {}), ((5,), {})):
        one("flatten", "R.flatten(x)", shape, lambda x: x.reshape(-1), dims)
    for shape, dims, axes in ((("n", "m"), {"n": 2, "m": 3}, (0,)), (("n", "m"), {"n": 2, "m": 3}, (-1, 1)), ((), {}, (0, 1)), ((0,), {}, (1,)), ((3,), {}, (0, 2))):
        one("expand_dims", f"R.expand_dims(x, axis={list(axes)})", shape, lambda x: np.expand_dims(x, axes), dims)
    for shape, dims, axes in ((("n", 1, "m", 1), {"n": 2, "m": 3}, (1, -1)), (("n", 1, "m", 1), {"n": 2, "m": 3}, (1,)), ((1, 2, 1), {}, None), ((1, 1), {}, None),
                              ((), {}, None), ((1, 0), {}, (0,)), ((1, "n"), {"n": 0}, (0,))):
        one("squeeze", f"R.squeeze(x, axis={None if axes is None else list(axes)})", shape, lambda x: np.squeeze(x, axes), dims)

    for shape, dims, to, call in (
        (("n", 1), {"n": 2}, (4, 2, 5), "(4, <n>, 5)"), (("m",), {"m": 3}, (2, 3), "(2, <m>)"), ((), {}, (2, 2), "(2, 2)"),
        ((), {}, (), "()"), ((1, 3), {}, (0, 3), "(0, 3)"), (("n", 1), {"n": 0}, (0, 4), "(<n>, 4)"), ((2, 3), {}, (2, 3), "(2, 3)"),
    ):
        one("broadcast_to", f"R.broadcast_to(x, {call})", shape, lambda x: np.broadcast_to(x, to), dims, tags=("broadcast",))

    def collapsed(x, shape):
        lead = x.ndim - len(shape)
        axes = tuple(range(lead)) + tuple(lead + i for i, n in enumerate(shape) if n == 1)
        return x.sum(axis=axes).reshape(shape)

    for shape, dims, to in (
        (("k", "n", "m"), {"k": 2, "n": 3, "m": 4}, ("n", 1)), (("k", "n"), {"k": 2, "n": 3}, ("n",)), ((2, 3), {}, ()), ((2, 3), {}, (2, 3)), ((3, 2, 3), {}, (1, 3)),
        ((0, 3), {}, (1, 3)), (("n", 3), {"n": 0}, (3,)), ((), {}, ()), (("n", "m"), {"n": 1, "m": 3}, ("n", 1)),
    ):
        size = sizes(to, dims)
        text = "(" + "".join(f"<{d}>, " if isinstance(d, str) else f"{d}, " for d in to) + ")"
        x, like = floats(f.rng("collapse_sum_to"), sizes(shape, dims)), floats(f.rng("collapse_sum_to"), size)
        f.case("collapse_sum_to", f"R.collapse_sum_to(x, {text})", {"x": (shape, x)}, lambda x: collapsed(x, size), dims, ("broadcast",), SUM)
        f.case("collapse_sum_like", "R.collapse_sum_like(x, y)", {"x": (shape, x), "y": (to, like)}, lambda x, _: collapsed(x, size), dims, ("broadcast",), SUM)

    for shapes, dims, axis in (
        ([("n", "m"), ("n", "k")], {"n": 2, "m": 3, "k": 1}, 1), ([("n", 2), (3, 2), ("m", 2)], {"n": 1, "m": 2}, 0), ([(2, 3)], {}, 0), ([(0, 2), ("n", 2)], {"n": 3}, 0),
        ([(0, 3), (0, 2)], {}, -1), ([(2,), (3,), (1,)], {}, 0),
    ):
        xs = [floats(f.rng("concat"), sizes(s, dims)) for s in shapes]
        names = "abc"[: len(xs)]
        f.case("concat", f"R.concat({literal(names)}, axis={axis})", {k: (s, x) for k, s, x in zip(names, shapes, xs)}, lambda *x: np.concatenate(x, axis), dims)
    for shape, dims, axis, count in ((("n", "m"), {"n": 2, "m": 3}, 0, 2), (("n", "m"), {"n": 2, "m": 3}, -1, 3), ((), {}, 0, 2), ((0, 2), {}, 1, 2), ((4,), {}, 1, 1)):
        xs = [ints(f.rng("stack"), sizes(shape, dims)) + i for i in range(count)]
        names = "abc"[:count]
        f.case("stack", f"R.stack({literal(names)}, axis={axis})", {k: (shape, x) for k, x in zip(names, xs)}, lambda *x: np.stack(x, axis), dims)
    for shape, dims, how, axis in ((("n", 6), {"n": 2}, 3, 1), (("n", "m"), {"n": 6, "m": 2}, 2, 0), ((7, 2), {}, 3, 0), ((2, 7), {}, (2, 5), -1), (("n", 5), {"n": 2}, (0, 3), 1),
                                   ((4,), {}, 1, 0), ((0, 4), {}, 2, 1), ((0, 2), {}, 2, 0)):
        def parts(x):
            if isinstance(how, tuple):
                return np.split(x, how, axis)
            size = -(-x.shape[axis] // how)
            return np.split(x, [size * (i + 1) for i in range(how - 1)], axis)
        one("split", f"R.split(x, {list(how) if isinstance(how, tuple) else how}, axis={axis})", shape, parts, dims)
    for shape, dims, count, axis in ((("n", "m"), {"n": 2, "m": 3}, 2, 0), (("n", "m"), {"n": 2, "m": 3}, 3, -1), (("n", 2), {"n": 2}, 2, None), ((), {}, 3, None), ((0, 2), {}, 2, 1)):
        one("repeat", f"R.repeat(x, {count}, axis={axis})", shape, lambda x: np.repeat(x, count, axis), dims)
    for shape, dims, counts in ((("n", "m"), {"n": 2, "m": 3}, (2, 1)), (("n", "m"), {"n": 2, "m": 2}, (3,)), (("n",), {"n": 2}, (2, 1, 2)), ((), {}, (2, 2)), ((0, 2), {}, (1, 2)), ((2,), {}, (0,))):
        one("tile", f"R.tile(x, {list(counts)})", shape, lambda x: np.tile(x, counts), dims)
    for shape, dims, axis in ((("n", "m"), {"n": 2, "m": 3}, 0), (("n", "m"), {"n": 2, "m": 3}, -1), ((0, 2), {}, 1), ((5,), {}, 0)):
        one("flip", f"R.flip(x, axis={axis})", shape, lambda x: np.flip(x, axis), dims)
    for shape, dims, seq, batch in ((("n", "m", 2), {"n": 3, "m": 4}, 1, 0), (("n", "m"), {"n": 4, "m": 3}, 0, 1), ((0, 3), {}, 1, 0)):
        size = sizes(shape, dims)
        x, lengths = floats(f.rng("reverse_sequence"), size), ints(f.rng("reverse_sequence"), (size[batch],), 0, size[seq] + 1)

        def reversed_rows(x, lengths):
            y = np.moveaxis(x, (batch, seq), (0, 1)).copy()
            for row, n in zip(y, lengths):
                row[:n] = row[:n][::-1].copy()
            return np.moveaxis(y, (0, 1), (batch, seq))
        f.case("reverse_sequence", f"R.reverse_sequence(x, y, seq_axis={seq}, batch_axis={batch})", {"x": (shape, x), "y": ((shape[batch],), lengths)}, reversed_rows, dims)
    for lengths, dims in (((("n",), ("m",)), {"n": 2, "m": 3}), (((2,), ("m",), (2,)), {"m": 3}), (((4,),), {}), (((0,), (2,)), {})):
        for indexing in ("ij", "xy"):
            xs = [floats(f.rng("meshgrid"), sizes(s, dims)) for s in lengths]
            names = "abc"[: len(xs)]
            f.case("meshgrid", f'R.meshgrid({literal(names)}, indexing="{indexing}")', {k: (s, x) for k, s, x in zip(names, lengths, xs)},
                   lambda *x: np.meshgrid(*x, indexing=indexing), dims, ("broadcast",), note=indexing)
    one("layout_transform", "R.layout_transform(x, index_map=lambda n, c: (n, c // 4, c % 4))", ("n", 8), lambda x: x.reshape(-1, 2, 4), {"n": 3})
    one("layout_transform", "R.layout_transform(x, index_map=lambda i, j: (j, i))", ("n", "m"), lambda x: x.T, {"n": 3, "m": 2})
    one("layout_transform", "R.layout_transform(x, index_map=lambda i: (i // 4, i % 4), pad_value=7.0)", (10,),
        lambda x: np.concatenate([x, [7, 7]]).reshape(3, 4))
    one("layout_transform", "R.layout_transform(x, index_map=lambda n, c: (n, c // 4, c % 4))", (0, 8), lambda x: x.reshape(-1, 2, 4))
    movers = "permute_dims reshape flatten expand_dims squeeze concat stack split repeat tile flip reverse_sequence layout_transform"
    f.skip(movers, broadcast="nothing to broadcast")
    f.skip("concat split flip layout_transform", rank0="needs an axis")
    f.skip("reverse_sequence", rank0="needs two axes")
    f.skip("meshgrid", rank0="takes vectors")
    return f
