"""Golden cases of operators: a program, its inputs, and what a reference library computes for them.

A case is written once, with named dimensions where it has some; it then stands in the data twice, with the numbers in
the program and with the names. Floats are referenced in float64 and rounded once, so that a case measures the
operator and not the reference.
"""

import json
import re
import zlib

import numpy as np

TAGS = ("static", "symbolic", "rank0", "empty", "broadcast")

#: How far a result may be from the reference.
EXACT, ROUND, SUM, HALF = "exact", "round", "sum", "half"


class Family:
    """The cases of one file of `tests/data/op`."""

    def __init__(self, name):
        self.name = name
        self.cases = []
        self.reasons = {}

    def rng(self, op):
        """Numbers of their own for each case, the same at every run."""
        return np.random.default_rng(zlib.crc32(f"{op}{len(self.cases)}".encode()))

    def case(self, op, call, inputs, ref, dims=None, tags=(), tolerance=None, note="", lets=(), out=None, one_form=False):
        """Adds a case.

        `call` is the expression of the result; `<n * 2>` in it is computed where dimensions are numbers. `inputs` maps
        names to `(shape, array)`; the shape names dimensions of `dims`. `ref` takes the arrays, floats widened; what it
        gives as float64 becomes `out`, or the type of the first float operand. With `one_form` cases take turns to be in
        numbers and in names.
        """
        arrays = [np.asarray(a) for _, a in inputs.values()]
        wide = [a.astype(np.float64) if is_float(a.dtype) else a for a in arrays]
        with np.errstate(all="ignore"):
            results = ref(*wide)
        results = [*results] if isinstance(results, (tuple, list)) else [results]
        first = np.dtype(out) if out else next((a.dtype for a in arrays if is_float(a.dtype)), np.dtype("float32"))
        expected = [round_to(np.asarray(r), first) for r in results]
        if tolerance is None:
            kinds = {a.dtype for a in (*arrays, *expected) if is_float(a.dtype)}
            tolerance = EXACT if not kinds else HALF if any(d.itemsize < 4 for d in kinds) else ROUND
        shapes = [s for s, _ in inputs.values()]
        named = any(isinstance(d, str) for s in shapes for d in s) or dims
        auto = set(tags)
        if any(a.ndim == 0 for a in arrays) or (not arrays and expected[0].ndim == 0):
            auto.add("rank0")
        if any(a.size == 0 for a in (*arrays, *expected)):
            auto.add("empty")
        # Named lengths of 0 are tried by name only: others show what is empty in numbers.
        forms = (False,) if not named else (True,) if 0 in (dims or {}).values() else (False, True)
        for symbolic in (len(self.cases) % 2 == 1,) if one_form and len(forms) > 1 else forms:
            own = auto | {"symbolic" if symbolic else "static"}
            self.cases.append({
                "op": op,
                "name": " ".join(filter(None, [
                    ", ".join(f"{a.dtype}{list(s if symbolic else a.shape)}".replace("'", "") for a, s in zip(arrays, shapes)),
                    note,
                ])),
                "tags": [t for t in TAGS if t in own],
                "tolerance": tolerance,
                "program": program(call, inputs, dims or {}, symbolic, lets),
                "inputs": [tensor(a) for a in arrays],
                "expected": [tensor(e) for e in expected],
            })

    def skip(self, ops, **reasons):
        """Says why operators have no case of a tag: `skip("sort", rank0="needs an axis")`."""
        for op in ops.split() if isinstance(ops, str) else ops:
            self.reasons.setdefault(op, {}).update(reasons)

    def write(self, folder):
        lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in self.cases)
        reasons = json.dumps(self.reasons, separators=(",", ":"), sort_keys=True)
        with open(folder / f"{self.name}.json", "w", encoding="utf-8") as file:
            file.write(f'{{"reasons":{reasons},\n"cases":[\n{lines}\n]}}\n')
        return len(self.cases)


def is_float(dtype):
    return np.issubdtype(dtype, np.floating) or dtype.name.startswith(("bfloat", "float8"))


def round_to(array, float_type):
    return array.astype(float_type) if array.dtype == np.float64 else array


def program(call, inputs, dims, symbolic, lets):
    def dim(d):
        return f'"{d}"' if symbolic and isinstance(d, str) else str(dims.get(d, d))

    def annotation(shape, array):
        inside = ", ".join(map(dim, shape)) + ("," if len(shape) == 1 else "")
        return f'R.Tensor(({inside}), "{array.dtype}")'

    def fill(text):
        return re.sub(r"<([^<>-][^<>]*)>", lambda m: m[1] if symbolic else str(eval(m[1], {}, dict(dims))), text)

    params = ", ".join(f"{name}: {annotation(s, np.asarray(a))}" for name, (s, a) in inputs.items())
    used = {d for d in dims if re.search(rf"<[^<>]*\b{d}\b[^<>]*>", " ".join((call, *lets)))} if symbolic else ()
    head = [f"{d} = T.int64()" for d in dims if d in used]
    body = [*head, *map(fill, lets), f"return {fill(call)}"]
    return "@R.function\n" + f"def main({params}):\n" + "\n".join(f"    {line}" for line in body)


def number(x, dtype):
    if dtype == np.bool_:
        return bool(x)
    if not is_float(dtype):
        return int(x) if abs(int(x)) < 2**53 else str(int(x))
    if not np.isfinite(x):
        return str(x)
    text = str(x)
    value = float(text)
    return int(value) if value.is_integer() and abs(value) < 1e15 and not (value == 0 and np.signbit(x)) else value


def tensor(a):
    return {"dtype": str(a.dtype), "shape": list(a.shape), "data": [number(x, a.dtype) for x in a.ravel()]}


# Numbers with few digits, so that the files stay small.


def floats(rng, shape, low=-2.0, high=2.0, dtype="float32"):
    return np.round(rng.uniform(low, high, shape), 2).astype(dtype)


def ints(rng, shape, low=-9, high=10, dtype="int32"):
    return rng.integers(low, high, shape).astype(dtype)


def bools(rng, shape):
    return rng.integers(0, 2, shape).astype(bool)


def sizes(shape, dims):
    """The shape in numbers."""
    return tuple(dims.get(d, d) for d in shape)
