"""The peer of bench/dispatch.ts: chains of call_tir on the TVM virtual machine. Prints one JSON object of seconds."""
import json
import os
import sys
import time

os.environ.setdefault("TVM_NUM_THREADS", "1")
import numpy as np
import tvm
from tvm import relax
from tvm.script import ir as I
from tvm.script import relax as R
from tvm.script import tirx as T


@I.ir_module
class Static:
    @T.prim_func(private=True)
    def inc(A: T.Buffer((16,), "float32"), B: T.Buffer((16,), "float32")):
        for i in T.vectorized(16):
            B[i] = A[i] + T.float32(1)


@I.ir_module
class Symbolic:
    @T.prim_func(private=True)
    def inc(a: T.handle, b: T.handle):
        n = T.int64()
        A = T.match_buffer(a, (n,), "float32")
        B = T.match_buffer(b, (n,), "float32")
        for i in range(n):
            B[i] = A[i] + T.float32(1)


def chain(base, length, count):
    bb = relax.BlockBuilder(base)
    inc = base.get_global_var("inc")
    info = R.Tensor((length,), "float32")
    x = relax.Var("x", info)
    with bb.function("main", [x]):
        y = x
        for _ in range(count):
            y = bb.emit(relax.call_tir(inc, [y], info))
        bb.emit_func_output(y)
    return bb.get()


def per_call(base, length, count):
    start = time.process_time()
    pipeline = relax.get_pipeline("default_build")
    target = tvm.target.Target({"kind": "llvm", "num-cores": 1})
    vm = relax.VirtualMachine(relax.build(chain(base, length, count), target, relax_pipeline=pipeline), tvm.cpu())
    built = time.process_time() - start
    main = vm["main"]
    x = tvm.runtime.tensor(np.zeros(16, np.float32))
    for _ in range(20):
        main(x)
    best = float("inf")
    for _ in range(15):
        start = time.process_time_ns()
        for _ in range(20):
            main(x)
        best = min(best, (time.process_time_ns() - start) / 20e9)
    return best, built


short, long = 100, 1000
result = {}
for name, base, length in (("static", Static, 16), ("symbolic", Symbolic, tvm.tirx.Var("m", "int64"))):
    low, _ = per_call(base, length, short)
    high, built = per_call(base, length, long)
    result[name] = {"op": (high - low) / (long - short), "build": built}
json.dump(result, sys.stdout)
