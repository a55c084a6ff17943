"""Runs generated Keras sources on the stand-in: reads a list of cases (JSON), prints what each gave.

A case names its source, weights, pictures and expected outputs; a case with `detect` gives detections instead.
"""
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "keras-stand-in"))
import numpy as np
import torch

torch.set_num_threads(1)


def module_of(path):
    with open(path, encoding="utf-8") as file:
        names = {"__name__": "model"}
        exec(compile(file.read(), path, "exec"), names)
    return names


def floats(path):
    return np.fromfile(path, "<f4")


def run(case):
    names = module_of(case["source"])
    shape = case["shape"]
    if "detect" in case:
        output = floats(case["detect"]).reshape(case["rows"], -1)
        grids = names["detection_grids"](names["build_model"]())
        found = names["detect"](output, grids, case["size"])
        return {"found": [[float(score), int(label), *map(float, box)] for score, label, box in found]}
    model = names["build_model"](input_shape=tuple(shape[1:]))
    names["load_weights"](model, case["weights"])
    outputs = model.predict(floats(case["pictures"]).reshape(shape))
    outputs = [outputs] if isinstance(outputs, np.ndarray) else outputs
    expected = [floats(path) for path in case["expected"]]
    if [len(one) for one in expected] != [one.size for one in outputs]:
        return {"error": f"outputs {[one.shape for one in outputs]}, expected {[len(one) for one in expected]}"}
    gaps = [float(np.max(np.abs(a - b.reshape(-1)))) for a, b in zip(expected, outputs)]
    return {"gaps": gaps, "largest": [float(np.max(np.abs(one))) for one in expected]}


for case in json.load(sys.stdin):
    start = time.time()
    try:
        result = run(case)
    except Exception as error:
        result = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps({"name": case["name"], "seconds": time.time() - start, **result}), flush=True)
