"""Between real numbers and small integers."""

import ml_dtypes
import numpy as np
from case import Family, floats, ints, sizes
from convolution import text
from ort import ort

RANGES = {d: (np.iinfo(d).min, np.iinfo(d).max) for d in ("int8", "uint8", "int16", "uint16", "int32")}


def along(p, axis, rank):
    return (
        p.reshape([-1 if k == axis % max(rank, 1) else 1 for k in range(rank)])
        if p.ndim == 1 and p.size != 1
        else p.reshape(())
    )


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
        for dtype, zero in (
            ("int8", "int8"),
            ("uint8", "uint8"),
            ("int16", "int32"),
            ("uint16", "uint16"),
            ("int32", "int32"),
        ):
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
                    q = np.round(x.astype("float32") / along(s, axis, x.ndim).astype("float32")) + along(
                        z, axis, x.ndim
                    )
                    return np.clip(q, low, high).astype(dtype)

                f.case(
                    "quantize",
                    "R.quantize(x, s, z" + text(axis=axis, out_dtype=dtype) + ")",
                    {"x": (shape, x), "s": (par, s), "z": (par, z)},
                    ref,
                    dims,
                    tags,
                    note=dtype,
                )
            for out in ("float32", "float16") if shape == ("n", "c", 2) and dtype == "int8" else ("float32",):
                rng = f.rng("dequantize")
                s = np.round(rng.uniform(0.01, 2, sizes(par, dims)), 2).astype("float32")
                z = ints(rng, sizes(par, dims), 0, 9, zero)
                x = ints(rng, sizes(shape, dims), max(low, -30000), min(high, 30000), dtype)
                f.case(
                    "dequantize",
                    "R.dequantize(x, s, z" + text(axis=axis, out_dtype=out) + ")",
                    {"x": (shape, x), "s": (par, s), "z": (par, z)},
                    lambda x, s, z: (x.astype("int64") - along(z, axis, x.ndim)) * along(s, axis, x.ndim),
                    dims,
                    tags,
                    out=out,
                    tolerance="half" if out == "float16" else "round",
                    note=f"{dtype} to {out}",
                )
    ties = np.array([0.5, 1.5, 2.5, -0.5, -1.5, 300, -300, np.inf, -np.inf], dtype="float32")
    one = {"s": ((), np.array(1, dtype="float32")), "z": ((), np.array(0, dtype="int8"))}
    f.case(
        "quantize",
        "R.quantize(x, s, z)",
        {"x": ((9,), ties), **one},
        lambda x, s, z: ort("QuantizeLinear", [x, s, z.astype("int8")]),
        note="ties, ends",
    )
    big = np.array([127, -128, 100], dtype="int8")
    f.case(
        "dequantize",
        'R.dequantize(x, s, z, out_dtype="float16")',
        {"x": ((3,), big), "s": ((), np.array(1000, dtype="float32")), "z": one["z"]},
        lambda x, s, z: np.clip(x * s, -65504, 65504),
        out="float16",
        note="ends of float16",
    )
    halves = np.array([1.5, -2.25, 3], dtype="float16")
    f.case(
        "dequantize",
        'R.dequantize(x, s, z, out_dtype="float32")',
        {"x": ((3,), halves), "s": ((), np.array(2, dtype="float32")), "z": ((), np.array(0.5, dtype="float16"))},
        lambda x, s, z: (x - z) * s,
        out="float32",
        note="of floats",
    )
    narrow(f)
    return f


def narrow(f):
    """Types that NumPy has not by itself."""
    scale, zero = np.array(0.5, dtype="float32"), np.array(0, dtype="int8")
    for name, dtype in (
        ("float8_e4m3fn", ml_dtypes.float8_e4m3fn),
        ("float8_e5m2", ml_dtypes.float8_e5m2),
        ("int4", ml_dtypes.int4),
        ("uint4", ml_dtypes.uint4),
    ):
        whole = name.endswith("int4")
        reach = 6 if whole else 40
        x = np.concatenate([floats(f.rng("quantize"), (7,), -reach, reach), np.array([1e6, -1e6, 0], dtype="float32")])
        info = ml_dtypes.iinfo(dtype) if whole else ml_dtypes.finfo(dtype)
        low, high = float(info.min), float(info.max)

        def narrowed(x, s, z):
            q = x.astype("float32") / s.astype("float32")
            return np.clip(np.round(q) + z if whole else q + z, low, high).astype(dtype)

        f.case(
            "quantize",
            "R.quantize(x, s, z" + text(out_dtype=name) + ")",
            {"x": (("n",), x), "s": ((), scale), "z": ((), zero)},
            narrowed,
            {"n": 10},
            note=name,
        )
        y = narrowed(x, scale, zero)
        f.case(
            "dequantize",
            "R.dequantize(x, s, z)",
            {"x": (("n",), y), "s": ((), scale), "z": ((), zero)},
            lambda x, s, z: (x.astype("float64") - z) * s,
            {"n": 10},
            out="float32",
            note=name,
        )
    x = floats(f.rng("quantize"), (6,), -90, 90, ml_dtypes.bfloat16)
    f.case(
        "quantize",
        "R.quantize(x, s, z)",
        {"x": (("n",), x), "s": ((), scale.astype(ml_dtypes.bfloat16)), "z": ((), zero)},
        lambda x, s, z: np.clip(np.round(x / s) + z, -128, 127).astype("int8"),
        {"n": 6},
    )
    q = ints(f.rng("dequantize"), (6,), -128, 128, "int8")
    f.case(
        "dequantize",
        'R.dequantize(x, s, z, out_dtype="bfloat16")',
        {"x": (("n",), q), "s": ((), scale), "z": ((), zero)},
        lambda x, s, z: (x - z) * s,
        {"n": 6},
        out=ml_dtypes.bfloat16,
    )
