#!/usr/bin/python3
"""Runs generated PyTorch source: reads a list of cases as JSON from stdin, prints one JSON line for each."""
import contextlib
import importlib.util
import io
import json
import re
import runpy
import sys
import types

import torch
from torch import nn

torch.set_num_threads(1)
modules = {}
networks = {}


def load(path):
    """The module of a source file, loaded once."""
    if path not in modules:
        spec = importlib.util.spec_from_file_location(f"source{len(modules)}", path)
        modules[path] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(modules[path])
    return modules[path]


def network(path):
    """The network that the source's own example builds."""
    with open(path, encoding="utf8") as file:
        name = re.search(r"model = (\w+)\(\)\.eval\(\)", file.read()).group(1)
    return getattr(load(path), name)().eval()


def numbers(path):
    with open(path, "rb") as file:
        return torch.frombuffer(bytearray(file.read()), dtype=torch.float32)


def nhwc(x):
    return (x.permute(0, 2, 3, 1) if x.dim() == 4 else x).flatten()


def detections(case):
    source = load(case["source"])
    height, width = case["size"]
    raw = numbers(case["detect"]).reshape(1, case["rows"], -1)
    (found,) = source.decode(raw, height, width)
    columns = zip(found["scores"].tolist(), found["labels"].tolist(), found["boxes"].tolist())
    return {"found": [[score, label, *box] for score, label, box in columns]}


class Raw(nn.Module):
    """The detector of torchvision without its resizing and its losses."""

    def __init__(self, ssd):
        super().__init__()
        self.backbone, self.head = ssd.backbone, ssd.head

    def forward(self, x):
        out = self.head(list(self.backbone(x).values()))
        return torch.cat([out["cls_logits"], out["bbox_regression"]], dim=2)


def twin(name, classes):
    """torchvision's own network."""
    from torchvision import models

    if name == "lraspp_mobilenet_v3_large":
        build = models.segmentation.lraspp_mobilenet_v3_large
        model = build(weights=None, weights_backbone=None, num_classes=classes)
        forward = model.forward
        model.forward = types.MethodType(lambda self, x: forward(x)["out"], model)
        return model.eval()
    if name == "ssdlite320_mobilenet_v3_large":
        build = models.detection.ssdlite320_mobilenet_v3_large
        return Raw(build(weights=None, weights_backbone=None, num_classes=classes)).eval()
    return getattr(models, name)(num_classes=classes).eval()


def example(case):
    """What the source prints when it is run."""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        runpy.run_path(case["example"], run_name="__main__")
    return {"printed": out.getvalue().strip()}


def loaded(case):
    """The network with its weights, built once for all sizes."""
    key = case["source"], case["weights"], case.get("twin")
    if key not in networks:
        model = twin(case["twin"], case["classes"]) if "twin" in case else network(case["source"])
        networks.clear()
        networks[key] = load(case["source"]).load_weights(model, case["weights"])
    return networks[key]


def answers(case):
    source = load(case["source"])
    model = loaded(case)
    said = int(re.search(r"Parameters: ([\d,]+)\.", source.__doc__).group(1).replace(",", ""))
    n, height, width, channels = case["shape"]
    pictures = numbers(case["pictures"]).reshape(n, height, width, channels).permute(0, 3, 1, 2)
    want = [numbers(path) for path in case["expected"]]

    def gaps(dtype):
        with torch.no_grad():
            out = model.to(dtype)(pictures.contiguous().to(dtype))
        got = [nhwc(x) for x in (out if isinstance(out, list) else [out])]
        if [len(x) for x in got] != [len(x) for x in want]:
            raise ValueError(f"lengths {[len(x) for x in got]}, not {[len(x) for x in want]}")
        return [(a - b).abs().max().item() for a, b in zip(got, want)]

    return {
        "exact": gaps(torch.float64),
        "gaps": gaps(torch.float32),
        "largest": [b.abs().max().item() for b in want],
        "params": sum(p.numel() for p in model.parameters()),
        "said": said,
    }


for case in json.load(sys.stdin):
    run = example if "example" in case else detections if "detect" in case else answers
    try:
        result = run(case)
    except Exception as error:
        result = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps({"name": case["name"], **result}))
