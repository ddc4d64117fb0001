"""Single operators of ONNX Runtime as references."""

import numpy as np
import onnx
import onnxruntime
from onnx import helper

onnxruntime.set_default_logger_severity(4)


def ort(op, inputs, attrs=None, opset=21, outputs=1, domain=""):
    """What the operator gives, floats widened. Inputs that are `None` are left out; float64 becomes float32."""
    arrays = [a if a is None else narrowed(np.asarray(a)) for a in inputs]
    names = ["" if a is None else f"x{i}" for i, a in enumerate(arrays)]
    outs = [f"y{i}" for i in range(outputs)]
    node = helper.make_node(op, names, outs, domain=domain, **(attrs or {}))
    graph = helper.make_graph(
        [node],
        "case",
        [
            helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(a.dtype), a.shape)
            for n, a in zip(names, arrays)
            if a is not None
        ],
        [onnx.ValueInfoProto(name=n) for n in outs],
    )
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    results = session.run(None, {n: a for n, a in zip(names, arrays) if a is not None})
    wide = [r.astype(np.float64) if r.dtype == np.float32 else r for r in results]
    return wide[0] if outputs == 1 else wide


def narrowed(a):
    return a.astype(np.float32) if a.dtype in (np.float64, np.float16) else a
