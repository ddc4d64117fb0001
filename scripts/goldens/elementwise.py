"""Unary, binary and ternary operators, and conversion of types."""

import math

import numpy as np
from case import Family, bools, floats, ints, sizes

vector = np.vectorize


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


UNARY = {  # reference, lowest and highest argument
    "abs": (np.abs, -2, 2),
    "acos": (np.arccos, -0.99, 0.99),
    "acosh": (np.arccosh, 1.01, 5),
    "asin": (np.arcsin, -0.99, 0.99),
    "asinh": (np.arcsinh, -5, 5),
    "atan": (np.arctan, -5, 5),
    "atanh": (np.arctanh, -0.9, 0.9),
    "ceil": (np.ceil, -5, 5),
    "cos": (np.cos, -5, 5),
    "cosh": (np.cosh, -3, 3),
    "erf": (vector(math.erf, otypes=[float]), -3, 3),
    "exp": (np.exp, -5, 5),
    "floor": (np.floor, -5, 5),
    "log": (np.log, 0.01, 9),
    "negative": (np.negative, -5, 5),
    "round": (np.round, -5, 5),
    "rsqrt": (lambda x: 1 / np.sqrt(x), 0.01, 9),
    "sigmoid": (sigmoid, -5, 5),
    "sign": (np.sign, -2, 2),
    "sin": (np.sin, -5, 5),
    "sinh": (np.sinh, -3, 3),
    "sqrt": (np.sqrt, 0, 9),
    "square": (np.square, -5, 5),
    "tan": (np.tan, -1.4, 1.4),
    "tanh": (np.tanh, -3, 3),
    "trunc": (np.trunc, -5, 5),
    "isfinite": (np.isfinite, -2, 2),
    "isinf": (np.isinf, -2, 2),
    "isnan": (np.isnan, -2, 2),
}
SPECIAL = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 0.5, 1.5, 2.5, -0.5, -2.5], dtype="float32")


def unary():
    f = Family("unary")
    shapes = [(("n", "m"), {"n": 3, "m": 4}), ((), {}), ((0, 3), {}), (("n", 2), {"n": 0})]

    def cases(op, ref, data, shapes=shapes):
        for shape, dims in shapes:
            a = data(f.rng(op), sizes(shape, dims))
            f.case(op, f"R.{op}(x)", {"x": (shape, a)}, ref, dims)

    for op, (ref, low, high) in UNARY.items():
        cases(op, ref, lambda rng, s: floats(rng, s, low, high))
        cases(op, ref, lambda rng, s: floats(rng, s, low, high, "float16"), [((5,), {})])
    for op in ("isfinite", "isinf", "isnan", "abs", "negative", "sign", "ceil", "floor", "round", "trunc", "exp", "tanh", "sigmoid", "sqrt"):
        f.case(op, f"R.{op}(x)", {"x": ((10,), SPECIAL)}, UNARY[op][0], note="special values")
    for op in ("abs", "negative", "sign", "square"):
        cases(op, UNARY[op][0], lambda rng, s: ints(rng, s), shapes[:1])
        cases(op, UNARY[op][0], lambda rng, s: ints(rng, s, dtype="int8"), [((7,), {})])
    for dtype in ("int32", "uint8", "int64"):
        cases("bitwise_not", np.invert, lambda rng, s: ints(rng, s, 0, 100, dtype))
    cases("bitwise_not", np.invert, bools, shapes[:1])
    cases("logical_not", np.logical_not, bools)
    for low, high in ((-1.0, 0.5), (0, 6)):
        for shape, dims in shapes:
            x = floats(f.rng("clip"), sizes(shape, dims), -9, 9)
            f.case("clip", f"R.clip(x, {low}, {high})", {"x": (shape, x)}, lambda x: np.clip(x, low, high), dims)
    x = ints(f.rng("clip"), (3, 4))
    f.case("clip", "R.clip(x, -3, 5)", {"x": (("n", "m"), x)}, lambda x: np.clip(x, -3, 5), {"n": 3, "m": 4})
    f.skip([*UNARY, "bitwise_not", "logical_not", "clip"], broadcast="one operand")
    return f


BINARY = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "power": np.power,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "floor_divide": lambda a, b: np.floor(a / b),
    "mod": np.fmod,
    "floor_mod": np.mod,
    "atan2": np.arctan2,
    "log_add_exp": np.logaddexp,
    "equal": np.equal,
    "not_equal": np.not_equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "less": np.less,
    "less_equal": np.less_equal,
}
INTEGER = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": lambda a, b: (np.trunc(a / b)).astype(a.dtype),
    "power": np.power,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "floor_divide": np.floor_divide,
    "mod": np.fmod,
    "floor_mod": np.mod,
    "equal": np.equal,
    "less": np.less,
    "bitwise_and": np.bitwise_and,
    "bitwise_or": np.bitwise_or,
    "bitwise_xor": np.bitwise_xor,
    "left_shift": np.left_shift,
    "right_shift": np.right_shift,
}
LOGIC = {"logical_and": np.logical_and, "logical_or": np.logical_or, "logical_xor": np.logical_xor}
PAIRS = [
    (("n", "m"), ("n", "m"), {"n": 2, "m": 3}),
    (("n", "m"), ("m",), {"n": 2, "m": 3}),
    ((2, 1, 3), (4, 1), {}),
    (("n", 1), ("n", "m"), {"n": 3, "m": 2}),
    (("n",), ("m",), {"n": 1, "m": 4}),
    (("n",), ("m",), {"n": 3, "m": 1}),
    ((), ("n",), {"n": 3}),
    ((), (), {}),
    ((0, 3), (1, 3), {}),
    (("n", 2), ("n", 1), {"n": 0}),
]


def binary():
    f = Family("binary")

    def cases(op, ref, data, pairs=PAIRS):
        for a, b, dims in pairs:
            rng = f.rng(op)
            x, y = data(rng, sizes(a, dims)), data(rng, sizes(b, dims))
            if op == "power" or op.endswith("_shift"):
                y = np.abs(y) % x.dtype.type(8 if x.dtype.kind in "iu" else 3)
                if x.dtype.kind == "f":
                    x = np.abs(x) + x.dtype.type(0.5)
            if op in ("divide", "floor_divide", "mod", "floor_mod"):
                y = np.where(y == 0, np.ones_like(y), y)
            broadcast = ("broadcast",) if a != b else ()
            f.case(op, f"R.{op}(x, y)", {"x": (a, x), "y": (b, y)}, ref, dims, broadcast)

    for op, ref in BINARY.items():
        cases(op, ref, lambda rng, s: floats(rng, s, -5, 5))
        cases(op, ref, lambda rng, s: np.round(floats(rng, s, -2, 2, "float16") * 4) / np.float16(4), [((5,), (5,), {})])
    for op, ref in INTEGER.items():
        only = PAIRS if op not in BINARY else PAIRS[1:2]
        low = 0 if op.endswith("_shift") else -7
        cases(op, ref, lambda rng, s: ints(rng, s, low, 8), only)
        cases(op, ref, lambda rng, s: ints(rng, s, low, 8, "int64"), [((4,), (4,), {})])
        cases(op, ref, lambda rng, s: ints(rng, s, 0, 8, "uint8"), [((6,), (6,), {})])
    for op, ref in LOGIC.items():
        cases(op, ref, bools)
    for op in ("bitwise_and", "bitwise_or", "bitwise_xor"):
        cases(op, INTEGER[op], bools, PAIRS[:1])
    sevens = np.array([7, -7, 7, -7], dtype="int32"), np.array([2, 2, -2, -2], dtype="int32")
    for op in ("divide", "mod", "floor_divide", "floor_mod"):
        f.case(op, f"R.{op}(x, y)", {"x": ((4,), sevens[0]), "y": ((4,), sevens[1])}, INTEGER[op], note="signs")
        x, y = (s.astype("float32") / 2 for s in sevens)
        f.case(op, f"R.{op}(x, y)", {"x": ((4,), x), "y": ((4,), y)}, BINARY[op], note="signs")
    base = np.array([2, -2, 1, -1, 5, 0], dtype="int64"), np.array([-1, -3, -5, -3, 0, 0], dtype="int64")
    f.case("power", "R.power(x, y)", {"x": ((6,), base[0]), "y": ((6,), base[1])},
           lambda x, y: np.trunc(np.power(x.astype(float), y)).astype("int64"), note="negative exponents")
    inf = np.array([np.inf, -np.inf, np.nan, 1, 90], dtype="float32")
    for op in ("maximum", "minimum", "log_add_exp", "add", "equal", "less"):
        f.case(op, f"R.{op}(x, y)", {"x": ((5, 1), inf[:, None]), "y": ((5,), inf)}, BINARY[op], tags=("broadcast",), note="special values")
    return f


def ternary():
    f = Family("ternary")
    for c, a, b, dims in (
        (("n", "m"), ("n", "m"), ("n", "m"), {"n": 2, "m": 3}),
        (("n", 1), ("m",), (), {"n": 2, "m": 3}),
        ((), ("n",), ("n",), {"n": 4}),
        ((), (), (), {}),
        (("n",), ("m",), ("n",), {"n": 3, "m": 1}),
        ((0,), (0,), (1,), {}),
    ):
        for data in (floats, ints):
            rng = f.rng("where")
            x, y = data(rng, sizes(a, dims)), data(rng, sizes(b, dims))
            f.case("where", "R.where(c, x, y)", {"c": (c, bools(rng, sizes(c, dims))), "x": (a, x), "y": (b, y)},
                   np.where, dims, ("broadcast",) if not c == a == b else ())
    for shape, dims in ((("n", "m"), {"n": 2, "m": 3}), ((), {}), ((0, 2), {})):
        rng = f.rng("ewise_fma")
        xs = [floats(rng, sizes(shape, dims)) for _ in range(3)]
        f.case("ewise_fma", "R.ewise_fma(x, y, z)", {k: (shape, x) for k, x in zip("xyz", xs)}, lambda x, y, z: x * y + z, dims)
    f.skip("ewise_fma", broadcast="operands of one shape")
    return f


def datatype():
    f = Family("datatype")
    types = ("float32", "float16", "float64", "int8", "uint8", "int32", "int64", "bool")
    for source in types:
        for target in types:
            if source == target:
                continue
            x = np.array([0, 1, 2.75, 3.5, 100.25] if source[0] in "fu" else [0, 1, -2.75, 3, 100]).astype(source)
            f.case("astype", f'R.astype(x, "{target}")', {"x": ((5,), x)}, lambda x: x.astype(target), note=f"to {target}",
                   out=target if target == "float64" else None)
    for shape, dims in ((("n", "m"), {"n": 2, "m": 3}), ((), {}), ((0, 2), {})):
        x = floats(f.rng("astype"), sizes(shape, dims), -9, 9)
        f.case("astype", 'R.astype(x, "int32")', {"x": (shape, x)}, lambda x: x.astype("int32"), dims)
        x = floats(f.rng("wrap_param"), sizes(shape, dims), -9, 9, "float16")
        f.case("wrap_param", 'R.wrap_param(x, "float32")', {"x": (shape, x)}, lambda x: x.astype("float32"), dims)
    f.skip("astype wrap_param", broadcast="one operand")
    return f
