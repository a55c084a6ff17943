"""A stand-in for Keras, on PyTorch: the functional model and the layers that generated source uses, and no more.

It is strict where Keras is: an unknown argument, a name given twice, a stride with a dilation, weights of another shape
or layers that do not fit raise. Layers compute as TensorFlow does on NHWC maps, in inference.
"""
import re

import numpy as np
import torch

from . import layers
from .engine import KerasTensor, order_of

__version__ = "stand-in"


class Model:
    """Layers between one input and one or several outputs."""

    def __init__(self, inputs, outputs, name=None):
        single = isinstance(outputs, KerasTensor)
        self.single = single or len(outputs) == 1
        self.inputs = inputs
        self.outputs = [outputs] if single else list(outputs)
        if not isinstance(inputs, KerasTensor) or not all(isinstance(o, KerasTensor) for o in self.outputs):
            raise ValueError("a model needs symbolic inputs and outputs")
        if name is not None and not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
            raise ValueError(f"model name {name!r}")
        self.nodes = order_of(self.outputs)
        if inputs not in self.nodes:
            raise ValueError("the outputs do not come from the input")
        others = [node for node in self.nodes if not node.inputs and node is not inputs]
        if others:
            raise ValueError("a second input")
        self.layers = [node.layer for node in self.nodes]
        names = [layer.name for layer in self.layers]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"names used twice: {sorted(twice)}")

    def get_layer(self, name):
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise ValueError(f"no such layer: {name}")

    def predict(self, pictures):
        x = torch.from_numpy(np.ascontiguousarray(pictures, np.float32))
        if tuple(x.shape[1:]) != self.inputs.shape[1:]:
            raise ValueError(f"pictures are {tuple(x.shape)}, must be {self.inputs.shape}")
        values = {}
        with torch.no_grad():
            for node in self.nodes:
                given = [values[id(one)] for one in node.inputs]
                value = x if node is self.inputs else node.layer.run(given)
                if tuple(value.shape[1:]) != node.shape[1:]:
                    raise ValueError(f"{node.layer.name}: gave {tuple(value.shape)}, promised {node.shape}")
                values[id(node)] = value
        found = [values[id(node)].numpy() for node in self.outputs]
        return found[0] if self.single else found
