"""Runs listings and answers one JSON line: for each the names and shapes of `model`, its parameters and what it answers.

Reads a JSON list of {id, text, tensors: [[name, shape, offset]], input: [shape, offset], floats: path} on its standard
input; `floats` holds float32 numbers, offsets count them. The library is the argument.
"""
import json
import sys

import torch

torch.set_num_threads(1)


def floats(data, shape, offset):
    count = 1
    for side in shape:
        count *= side
    return data[offset:offset + count].reshape(shape).clone()


def run(case):
    scope = {}
    exec(case['text'], scope)
    model = scope['model'].eval()
    state = model.state_dict()
    names = {name: list(tensor.shape) for name, tensor in state.items() if not name.endswith('num_batches_tracked')}
    with open(case['floats'], 'rb') as file:
        data = torch.frombuffer(bytearray(file.read()), dtype=torch.float32)
    given = {name: floats(data, shape, offset) for name, shape, offset in case['tensors']}
    same = given.keys() == names.keys() and all(list(given[name].shape) == names[name] for name in names)
    answer = []
    if same:
        model.load_state_dict(given, strict=False)
        with torch.no_grad():
            answer = model(floats(data, *case['input'])).flatten().tolist()
    norm = next(m for m in model.modules() if isinstance(m, torch.nn.BatchNorm2d))
    return {
        'id': case['id'],
        'names': names,
        'parameters': sum(p.numel() for p in model.parameters()),
        'momentum': norm.momentum,
        'epsilon': norm.eps,
        'answer': answer
    }


version = __import__(sys.argv[1]).__version__
print(json.dumps({'version': version, 'cases': [run(case) for case in json.load(sys.stdin)]}))
