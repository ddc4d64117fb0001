"""ONNX Runtime as a peer of benches: answers requests, one JSON line each. One thread, inputs and outputs bound."""
import json
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime as ort

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts" / "nets"))
from onnx_net import model

SAMPLE_NS = 1_000_000


class Session:
    def __init__(self, net, constants, save=None):
        blob = model(net, {name: np.load(path) for name, path in constants.items()}).SerializeToString()
        if save is not None:
            Path(save).write_bytes(blob)
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        start = time.process_time()
        self.session = ort.InferenceSession(blob, options, providers=["CPUExecutionProvider"])
        self.seconds = time.process_time() - start

    def feed(self, paths):
        feeds = {name: np.load(path) for name, path in paths.items()}
        self.result = self.session.run(None, feeds)[0]
        self.binding = self.session.io_binding()
        self.held = []
        values = [(self.binding.bind_ortvalue_input, *each) for each in feeds.items()]
        values.append((self.binding.bind_ortvalue_output, self.session.get_outputs()[0].name, self.result))
        for bind, name, array in values:
            value = ort.OrtValue.ortvalue_from_numpy(array)
            self.held.append(value)
            bind(name, value)

    def round(self, seconds):
        """The best CPU time of a call; short calls are timed together."""
        clock, call, best = time.process_time_ns, self.session.run_with_iobinding, float("inf")
        start = clock()
        call(self.binding)
        count = max(1, SAMPLE_NS // max(1, clock() - start))
        end = time.perf_counter() + seconds
        while True:
            start = clock()
            for _ in range(count):
                call(self.binding)
            best = min(best, (clock() - start) / count)
            if time.perf_counter() > end:
                return best / 1e9


current = None
for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {}
        if request["do"] == "load":
            current = None
            current = Session(request["net"], request["constants"], request.get("save"))
            answer = {"seconds": current.seconds}
        elif request["do"] == "feed":
            current.feed(request["feeds"])
            np.save(request["result"], current.result)
        elif request["do"] == "round":
            answer = {"seconds": current.round(request["seconds"])}
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {str(error).strip().splitlines()[-1]}"}
    print(json.dumps(answer), flush=True)
