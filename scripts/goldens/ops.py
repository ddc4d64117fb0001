"""Writes the golden cases of operators: `python scripts/goldens/ops.py [FAMILY…]` from the root of the repository.

Needs the packages numpy, ml_dtypes, onnx and onnxruntime.
"""

import importlib
import pathlib
import sys

FAMILIES = {
    "unary": "elementwise",
    "binary": "elementwise",
    "ternary": "elementwise",
    "datatype": "elementwise",
    "creation": "creation",
    "shape": "creation",
    "statistical": "statistical",
    "manipulate": "manipulate",
    "index": "index",
    "linear-algebra": "linear_algebra",
    "search": "search",
    "convolution": "convolution",
    "pooling": "pooling",
    "normalisation": "normalisation",
    "nn": "nn",
    "attention": "attention",
    "image": "image",
    "vision": "vision",
    "quantize": "quantize",
    "grad": "grad",
}

if __name__ == "__main__":
    folder = pathlib.Path(__file__).parents[2] / "tests" / "data" / "op"
    for name in sys.argv[1:] or FAMILIES:
        family = getattr(importlib.import_module(FAMILIES[name]), name.replace("-", "_"))()
        print(f"{name}: {family.write(folder)} cases")
