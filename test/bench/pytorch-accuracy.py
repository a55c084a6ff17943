"""Benchmarks: trains in PyTorch what a folder holds: ops, first weights and every batch of a training of ours.

Arguments: the folder, threads. Files: network.json (ops, classes, shape, mean, std, recipe, counts and rates of the
steps), start.safetensors, images.u8 and labels.u8 (the batches as they were shown, augmented), kept.u8 (which values
dropout keeps, 0 or 1), validation-*.u8.
Writes theirs.json: loss of every step, losses and accuracies of every epoch, seconds.
"""
import json
import struct
import sys
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

folder = sys.argv[1]
torch.set_num_threads(int(sys.argv[2]))


def path(name):
    return folder + '/' + name


def read_safetensors(name):
    with open(path(name), 'rb') as file:
        data = file.read()
    (length,) = struct.unpack('<Q', data[:8])
    header = json.loads(data[8:8 + length])
    header.pop('__metadata__', None)
    found = {}
    for key, entry in header.items():
        begin, end = entry['data_offsets']
        values = np.frombuffer(data[8 + length + begin:8 + length + end], dtype='<f4')
        found[key] = torch.from_numpy(values.reshape(entry['shape']).copy())
    return found


ACTIVATIONS = {
    'linear': lambda x: x,
    'relu': F.relu,
    'relu6': F.relu6,
    'hardSwish': F.hardswish,
    'hardSigmoid': F.hardsigmoid,
    'sigmoid': torch.sigmoid,
    'swish': F.silu,
}


def oihw(op, weight):
    """Weights HWIO (depthwise [k, k, C, m]) as PyTorch keeps them."""
    if op['kind'] == 'dense':
        return weight.t().contiguous()
    if op['kind'] == 'conv':
        return weight.permute(3, 2, 0, 1).contiguous()
    k = op['kernel']
    return weight.permute(2, 3, 0, 1).reshape(-1, 1, k, k).contiguous()


class Net(nn.Module):
    """The ops of a table, in order, with PyTorch's own layers."""

    def __init__(self, ops, tensors):
        super().__init__()
        self.ops = ops
        self.layers = nn.ModuleDict()
        for op in ops:
            name = op['id'].replace('.', '/')
            if op['kind'] not in ('conv', 'depthwise', 'dense'):
                continue
            weight = oihw(op, tensors[op['id'] + '.weight'])
            if op['kind'] == 'dense':
                layer = nn.Linear(op['in'][2], op['out'][2], bias=op['bias'])
            else:
                groups = op['in'][2] if op['kind'] == 'depthwise' else 1
                layer = nn.Conv2d(op['in'][2], op['out'][2], op['kernel'], op['stride'], 0, op['dilation'], groups,
                                  bias=op['bias'])
            assert layer.weight.shape == weight.shape, (op['id'], layer.weight.shape, weight.shape)
            layer.weight.data = weight
            if op['bias']:
                layer.bias.data = tensors[op['id'] + '.bias']
            self.layers[name] = layer
            if op.get('norm'):
                norm = nn.BatchNorm2d(op['out'][2], eps=op['norm']['epsilon'], momentum=1 - op['norm']['momentum'])
                for ours, theirs in (('gamma', norm.weight), ('beta', norm.bias), ('mean', norm.running_mean),
                                     ('variance', norm.running_var)):
                    theirs.data.copy_(tensors[op['id'] + '.' + ours])
                self.layers[name + '/norm'] = norm

    def forward(self, x, thinned=None):
        """`thinned`: the id of an op and what its input is multiplied by."""
        maps = {'': x}
        for op in self.ops:
            name = op['id'].replace('.', '/')
            x = maps[op['inputs'][0]]
            if thinned and thinned[0] == op['id']:
                x = x * thinned[1].view(x.shape)
            kind = op['kind']
            if kind in ('conv', 'depthwise'):
                top, bottom, left, right = op['pad']
                x = self.layers[name](F.pad(x, (left, right, top, bottom)))
                if op.get('norm'):
                    x = self.layers[name + '/norm'](x)
            elif kind == 'dense':
                x = self.layers[name](x.flatten(1))[:, :, None, None]
            elif kind == 'pool':
                x = x.mean((2, 3), keepdim=True)
            elif kind == 'multiply':
                x = x * maps[op['inputs'][1]]
            elif kind == 'add':
                x = x + maps[op['inputs'][1]]
            else:
                raise SystemExit('op %s: not known here' % kind)
            maps[op['id']] = ACTIVATIONS[op['nl']](x) if 'nl' in op else x
        return x.flatten(1)


with open(path('network.json')) as file:
    plan = json.load(file)
height, width, channels = plan['shape']
mean = torch.tensor(plan['mean']).view(1, channels, 1, 1)
std = torch.tensor(plan['std']).view(1, channels, 1, 1)


def pictures(raw):
    """Bytes NHWC as normalised NCHW."""
    x = torch.from_numpy(raw.reshape(-1, height, width, channels).astype(np.float32)).permute(0, 3, 1, 2)
    return ((x / 255 - mean) / std).contiguous(memory_format=torch.channels_last)


size = height * width * channels
images = np.memmap(path('images.u8'), dtype=np.uint8, mode='r')
labels = np.memmap(path('labels.u8'), dtype=np.uint8, mode='r')
dropped = plan['dropped']
kept = np.memmap(path('kept.u8'), dtype=np.uint8, mode='r') if dropped else None
seen = pictures(np.fromfile(path('validation-images.u8'), dtype=np.uint8))
wanted = torch.from_numpy(np.fromfile(path('validation-labels.u8'), dtype=np.uint8)).long()

net = Net(plan['ops'], read_safetensors('start.safetensors')).to(memory_format=torch.channels_last)
recipe = plan['recipe']
decayed = [layer.weight for layer in net.layers.values() if not isinstance(layer, nn.BatchNorm2d)]
known = {id(p) for p in decayed}
others = [p for p in net.parameters() if id(p) not in known]
groups = [{'params': decayed, 'weight_decay': recipe['weightDecay']}, {'params': others, 'weight_decay': 0}]
sgd = torch.optim.SGD(groups, lr=1, momentum=recipe['optimizer']['momentum'], nesterov=recipe['optimizer']['nesterov'])

losses, epochs = [], []
lost, right, shown = 0.0, 0, 0
at = 0
began = time.perf_counter()
used = time.process_time()
for step, (count, rate) in enumerate(plan['steps']):
    x = pictures(images[at * size:(at + count) * size])
    y = torch.from_numpy(labels[at:at + count].copy()).long()
    thinned = None
    if dropped:
        mask = torch.from_numpy(kept[at * dropped['size']:(at + count) * dropped['size']].astype(np.float32))
        thinned = dropped['id'], mask / (1 - dropped['rate'])
    at += count
    for group in sgd.param_groups:
        group['lr'] = rate
    net.train()
    sgd.zero_grad(set_to_none=True)
    logits = net(x, thinned)
    loss = F.cross_entropy(logits, y, label_smoothing=recipe['smoothing'])
    loss.backward()
    sgd.step()
    losses.append(loss.item())
    lost += loss.item() * count
    right += (logits.argmax(1) == y).sum().item()
    shown += count
    if (step + 1) % plan['stepsPerEpoch'] == 0:
        net.eval()
        with torch.no_grad():
            answers = torch.cat([net(seen[i:i + 500]) for i in range(0, len(wanted), 500)])
        epochs.append({
            'trainLoss': lost / shown,
            'trainAccuracy': right / shown,
            'validationLoss': F.cross_entropy(answers, wanted).item(),
            'validationAccuracy': (answers.argmax(1) == wanted).float().mean().item(),
        })
        lost, right, shown = 0.0, 0, 0
result = {'torch': torch.__version__, 'losses': losses, 'epochs': epochs,
          'seconds': time.perf_counter() - began, 'cpuSeconds': time.process_time() - used}
with open(path('theirs.json'), 'w') as file:
    json.dump(result, file)
