"""Between real numbers and small integers."""

import numpy as np
from case import Family, floats, ints, sizes
from convolution import text
from ort import ort

RANGES = {d: (np.iinfo(d).min, np.iinfo(d).max) for d in ("int8", "uint8", "int16", "uint16", "int32")}


def along(p, axis, rank):
    return p.reshape([-1 if k == axis % max(rank, 1) else 1 for k in range(rank)]) if p.ndim == 1 and p.size != 1 else p.reshape(())


def quantize():
    f = Family("quantize")
    layouts = [  # data, parameters, axis, dims
        (("n", "m"), (), -1, {"n": 3, "m": 4}),
        (("n", "m"), ("m",), -1, {"n": 3, "m": 4}),
        (("n", "c", 2), ("c",), 1, {"n": 2, "c": 3}),
        ((3, 2), (1,), 0, {}),
        ((), (), -1, {}),
        (("n", 3), (3,), 1, {"n": 0}),
    ]
    for shape, par, axis, dims in layouts:
        tags = ("broadcast",) if par != shape and (par != () or shape != ()) else ()
        for dtype, zero in (("int8", "int8"), ("uint8", "uint8"), ("int16", "int32"), ("uint16", "uint16"), ("int32", "int32")):
            if dtype not in ("int8", "uint8") and shape != ("n", "c", 2):
                continue
            low, high = RANGES[dtype]
            reach = 200 if dtype in ("int8", "uint8") else 4e4
            for source in ("float32", "float16") if shape == ("n", "c", 2) and dtype == "int8" else ("float32",):
                rng = f.rng("quantize")
                s = np.round(rng.uniform(0.5, 2, sizes(par, dims)), 1).astype("float32")
                z = ints(rng, sizes(par, dims), 0, 5, zero)
                x = floats(rng, sizes(shape, dims), -reach, reach, source)
                def ref(x, s, z):
                    q = np.round(x.astype("float32") / along(s, axis, x.ndim).astype("float32")) + along(z, axis, x.ndim)
                    return np.clip(q, low, high).astype(dtype)
                f.case("quantize", "R.quantize(x, s, z" + text(axis=axis, out_dtype=dtype) + ")", {"x": (shape, x), "s": (par, s), "z": (par, z)}, ref, dims, tags, note=dtype)
            for out in ("float32", "float16") if shape == ("n", "c", 2) and dtype == "int8" else ("float32",):
                rng = f.rng("dequantize")
                s = np.round(rng.uniform(0.01, 2, sizes(par, dims)), 2).astype("float32")
                z = ints(rng, sizes(par, dims), 0, 9, zero)
                x = ints(rng, sizes(shape, dims), max(low, -30000), min(high, 30000), dtype)
                f.case("dequantize", "R.dequantize(x, s, z" + text(axis=axis, out_dtype=out) + ")", {"x": (shape, x), "s": (par, s), "z": (par, z)},
                       lambda x, s, z: (x.astype("int64") - along(z, axis, x.ndim)) * along(s, axis, x.ndim), dims, tags, out=out,
                       tolerance="half" if out == "float16" else "round", note=f"{dtype} to {out}")
    ties = np.array([0.5, 1.5, 2.5, -0.5, -1.5, 300, -300, np.inf, -np.inf], dtype="float32")
    one = {"s": ((), np.array(1, dtype="float32")), "z": ((), np.array(0, dtype="int8"))}
    f.case("quantize", "R.quantize(x, s, z)", {"x": ((9,), ties), **one}, lambda x, s, z: ort("QuantizeLinear", [x, s, z.astype("int8")]), note="ties, ends")
    big = np.array([127, -128, 100], dtype="int8")
    f.case("dequantize", 'R.dequantize(x, s, z, out_dtype="float16")', {"x": ((3,), big), "s": ((), np.array(1000, dtype="float32")), "z": one["z"]},
           lambda x, s, z: np.clip(x * s, -65504, 65504), out="float16", note="ends of float16")
    halves = np.array([1.5, -2.25, 3], dtype="float16")
    f.case("dequantize", 'R.dequantize(x, s, z, out_dtype="float32")', {"x": ((3,), halves), "s": ((), np.array(2, dtype="float32")), "z": ((), np.array(0.5, dtype="float16"))},
           lambda x, s, z: (x - z) * s, out="float32", note="of floats")
    return f
