"""Symbolic tensors and the base of all layers."""
import re

import numpy as np
import torch


class KerasTensor:
    """What a layer will give: its shape, the batch None, and where it comes from."""

    def __init__(self, shape, layer, inputs):
        self.shape = (None, *shape)
        self.layer = layer
        self.inputs = inputs
        if not all(isinstance(side, int) and side > 0 for side in shape):
            raise ValueError(f"{layer.name}: shape {shape}")

    def __bool__(self):
        raise TypeError("a symbolic tensor is neither true nor false")


def order_of(outputs):
    """All tensors that the outputs need, each after those it reads."""
    order, seen = [], set()

    def visit(node):
        if id(node) in seen:
            return
        seen.add(id(node))
        for one in node.inputs:
            visit(one)
        order.append(node)

    for output in outputs:
        visit(output)
    return order


class Layer:
    """One use of a layer; sharing is refused, generated source has none."""

    def __init__(self, name):
        if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
            raise ValueError(f"layer name {name!r}")
        self.name = name
        self.node = None
        self.specs = []
        self.weights = []

    def __call__(self, inputs):
        if self.node is not None:
            raise ValueError(f"{self.name}: called twice")
        several = isinstance(inputs, (list, tuple))
        if several != self.takes_several:
            raise ValueError(f"{self.name}: {'a list' if self.takes_several else 'one tensor'} is expected")
        given = list(inputs) if several else [inputs]
        if not all(isinstance(one, KerasTensor) for one in given):
            raise TypeError(f"{self.name}: inputs must be symbolic")
        shapes = [one.shape[1:] for one in given]
        shape = self.build(shapes if several else shapes[0])
        self.weights = [np.full(spec, np.nan, np.float32) for spec in self.specs]
        self.node = KerasTensor(shape, self, given)
        return self.node

    takes_several = False

    @property
    def output(self):
        if self.node is None:
            raise AttributeError(f"{self.name} was not called")
        return self.node

    def set_weights(self, weights):
        given = [np.shape(weight) for weight in weights]
        if given != self.specs:
            raise ValueError(f"{self.name}: weights {given}, must be {self.specs}")
        self.weights = [np.array(weight, np.float32) for weight in weights]

    def tensors(self):
        return [torch.from_numpy(weight) for weight in self.weights]

    def map_of(self, shape):
        if len(shape) != 3:
            raise ValueError(f"{self.name}: needs a map, got {shape}")
        return shape

    def run(self, given):
        return self.call(given if self.takes_several else given[0])


def pair(value, what):
    """One whole number for both sides, or two."""
    both = (value, value) if isinstance(value, int) else tuple(value)
    if len(both) != 2 or not all(isinstance(one, int) and one > 0 for one in both):
        raise ValueError(f"{what}: {value!r}")
    return both
