"""A network's ONNX twin, made of its list of layers (JSON). As a program: folders of inputs in, outputs out.

Usage: onnx_net.py NET.json FOLDER…   Reads in_NAME.npy of each folder, writes expected.npz there.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

TYPES = {"float32": TensorProto.FLOAT, "int8": TensorProto.INT8, "uint8": TensorProto.UINT8, "int32": TensorProto.INT32}
OPSET = 20


class Graph:
    def __init__(self):
        self.nodes, self.inits, self.count = [], [], 0

    def const(self, value, dtype):
        self.count += 1
        name = f"const_{self.count}"
        array = np.asarray(value, dtype)
        self.inits.append(helper.make_tensor(name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape, array.flatten().tolist()))
        return name

    def op(self, kind, *inputs, output=None, **attrs):
        self.count += 1
        output = output or f"value_{self.count}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attrs))
        return output


def conv(g, inputs, a, output=None):
    return g.op("Conv", *inputs, output=output, strides=a["strides"], pads=a["padding"], group=a.get("groups", 1))


def gelu(g, x, out):
    """As exporters write it; it is also what the runtime's fusions look for."""
    half, one, root = (g.const(v, np.float32) for v in (0.5, 1, 2**0.5))
    g.op("Mul", g.op("Mul", x, g.op("Add", g.op("Erf", g.op("Div", x, root)), one)), half, output=out)


def layer(g, op, i, a, out):
    f32 = np.float32
    if op == "conv2d":
        conv(g, i, a, out)
    elif op == "conv2d_int":  # exact while sums stay below 2**24
        x, w = (g.op("Cast", v, to=TensorProto.FLOAT) for v in i[:2])
        total = g.op("Cast", conv(g, [x, w], a), to=TensorProto.INT32)
        g.op("Add", total, g.op("Reshape", i[2], g.const([1, a["channels"], 1, 1], np.int64)), output=out)
    elif op == "conv2d_bytes":  # scales of operands are 1 and that of the result's rescaling
        x, w, b = i
        bytes_of = np.dtype(a["dtype"]).type
        one, scale, zero = g.const(1, f32), g.const(a["scale"], f32), g.const(0, np.int8)
        quantised = [x, one, g.const(0, bytes_of), w, scale, zero, one, g.const(a["zero"], bytes_of), b]
        g.op("QLinearConv", *quantised, output=out, strides=a["strides"], pads=a["padding"], group=a.get("groups", 1))
    elif op == "batch_norm":
        g.op("BatchNormalization", *i, output=out, epsilon=a["epsilon"])
    elif op == "relu":
        g.op("Relu", *i, output=out)
    elif op == "clip":
        g.op("Clip", *i, g.const(a["min"], f32), g.const(a["max"], f32), output=out)
    elif op in ("max_pool2d", "avg_pool2d"):
        kind = "MaxPool" if op == "max_pool2d" else "AveragePool"
        g.op(kind, *i, output=out, kernel_shape=a["pool_size"], strides=a["strides"], pads=a["padding"], ceil_mode=int(a.get("ceil_mode", False)))
    elif op == "global_mean":
        g.op("Flatten", g.op("GlobalAveragePool", *i), output=out)
    elif op == "sum":
        g.op("ReduceSum", *i, g.const(a["axis"], np.int64), output=out, keepdims=int(a["keepdims"]))
    elif op == "tanh":
        g.op("Tanh", *i, output=out)
    elif op == "add":
        g.op("Add", *i, output=out)
    elif op == "product":
        g.op("Mul", *i, output=out)
    elif op in ("multiply", "divide"):
        g.op("Mul" if op == "multiply" else "Div", *i, g.const(a["by"], f32), output=out)
    elif op == "concat":
        g.op("Concat", *i, output=out, axis=a["axis"])
    elif op == "dense":
        g.op("Add", g.op("MatMul", i[0], g.op("Transpose", i[1], perm=[1, 0])), i[2], output=out)
    elif op == "matmul_int":
        g.op("MatMulInteger", *i, output=out)
    elif op == "matmul":
        g.op("MatMul", *i, output=out)
    elif op == "permute":
        g.op("Transpose", *i, output=out, perm=a["axes"])
    elif op == "split_heads":
        g.op("Reshape", *i, g.const([0, 0, a["heads"], a["size"]], np.int64), output=out)
    elif op == "merge_heads":
        g.op("Reshape", *i, g.const([0, 0, a["size"]], np.int64), output=out)
    elif op == "softmax":
        g.op("Softmax", *i, output=out, axis=a["axis"])
    elif op == "layer_norm":
        g.op("LayerNormalization", *i, output=out, axis=a["axes"][0], epsilon=a["epsilon"])
    elif op == "gelu":
        gelu(g, *i, out)
    elif op in ("quantize", "dequantize"):
        kind = "QuantizeLinear" if op == "quantize" else "DequantizeLinear"
        g.op(kind, *i, g.const(a["scale"], f32), g.const(0, np.int8), output=out)
    elif op == "rescale":
        g.op("Mul", g.op("Cast", *i, to=TensorProto.FLOAT), g.const(a["scale"], f32), output=out)
    else:
        raise ValueError(f"no layer {op}")


def model(net, constants=None):
    """The model; weights that are given are constants, the others inputs."""
    g = Graph()
    constants = constants or {}
    for each in net["layers"]:
        layer(g, each["op"], each["inputs"], each["attrs"], each["output"])
    given = [t for t in [net["input"], *net["weights"]] if t["name"] not in constants]
    infos = [helper.make_tensor_value_info(t["name"], TYPES[t["dtype"]], t["shape"]) for t in given]
    output = helper.make_tensor_value_info(net["output"], TYPES[net.get("dtype", "float32")], None)
    held = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    graph = helper.make_graph(g.nodes, "net", infos, [output], g.inits + held)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    made.ir_version = 9
    return made


def session(net):
    options = ort.SessionOptions()
    # What is compared is the semantics of the layers, not of fused integer kernels.
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    return ort.InferenceSession(model(net).SerializeToString(), options)


def main():
    net = json.loads(Path(sys.argv[1]).read_text())
    run = session(net)
    for folder in map(Path, sys.argv[2:]):
        feeds = {t["name"]: np.load(folder / f"in_{t['name']}.npy") for t in [net["input"], *net["weights"]]}
        np.savez(folder / "expected.npz", out_0=run.run(None, feeds)[0])


if __name__ == "__main__":
    main()
