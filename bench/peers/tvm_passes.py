"""The peer of bench/passes.ts: TVM's default CPU pipeline of Relax passes. Prints {"<layers>": seconds}."""
import json
import os
import sys
import time

os.environ.setdefault("TVM_NUM_THREADS", "1")
import tvm
from tvm import relax
from tvm.script import relax as R


def network(layers):
    bb = relax.BlockBuilder()
    x = relax.Var("x", R.Tensor((16, 64), "float32"))
    w = relax.Var("w", R.Tensor((64, 64), "float32"))
    b = relax.Var("b", R.Tensor((64,), "float32"))
    with bb.function("main", [x, w, b]):
        with bb.dataflow():
            y = x
            for _ in range(layers):
                y = bb.emit(relax.op.matmul(y, w))
                y = bb.emit(relax.op.add(y, b))
                y = bb.emit(relax.op.nn.relu(y))
                y = bb.emit(relax.op.multiply(y, x))
            out = bb.emit_output(y)
        bb.emit_func_output(out)
    return bb.get()


target = tvm.target.Target({"kind": "llvm", "num-cores": 1})
result = {}
for layers in map(int, sys.argv[1:]):
    best = float("inf")
    for _ in range(2 if layers < 1000 else 1):
        module = network(layers)
        with target:
            pipeline = relax.get_default_pipeline(target)
            start = time.process_time()
            pipeline(module)
            best = min(best, time.process_time() - start)
    result[layers] = best
json.dump(result, sys.stdout)
