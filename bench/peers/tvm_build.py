"""The peer of bench/build.ts: CPU seconds that TVM takes from an imported network to its machine code."""
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts" / "nets"))
from onnx_net import model

import tvm
from tvm import relax
from tvm.relax.frontend.onnx import from_onnx

net = json.loads(Path(sys.argv[1]).read_text())
module = relax.transform.DecomposeOpsForInference()(from_onnx(model(net), keep_params_in_input=False))
start = time.process_time()
tvm.compile(module, tvm.target.Target({"kind": "llvm", "num-cores": 1}))
print(time.process_time() - start)
