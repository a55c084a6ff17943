#!/usr/bin/python3
"""Writes .onnx files by torch.onnx.export with torch's own answers beside them.

onnx-torch.py kept FOLDER   the few files that come along, with answers.json
onnx-torch.py more FOLDER   others, at several operator sets and settings, with answers.json
"""
import json
import os
import sys
import warnings

import torch
import torch.nn.functional as F
from torch import nn
from torchvision.models import mobilenet_v2
from torchvision.models.detection.ssdlite import SSDLiteHead, _extra_block
from torchvision.models.mobilenetv3 import MobileNetV3, _mobilenet_v3_conf
from torchvision.models.segmentation.lraspp import LRASPP
from torchvision.models._utils import IntermediateLayerGetter

warnings.simplefilter('ignore')
torch.set_num_threads(1)
CLASSES = 5
MOST = 64


def picture(height, width, channels=3):
    """Numbers between -1 and 1 in NHWC order, as NCHW."""
    at = torch.arange(height * width * channels, dtype=torch.float64)
    flat = (at * 7919) % 1009 / 504.5 - 1
    return flat.to(torch.float32).reshape(1, height, width, channels).permute(0, 3, 1, 2).contiguous()


def settled(model, height, width):
    """The model with statistics of pictures and scales that are not all one, in inference."""
    torch.manual_seed(1)
    norms = [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]
    kept = [norm.momentum for norm in norms]
    for norm in norms:
        nn.init.uniform_(norm.weight, 0.7, 1.3)
        nn.init.uniform_(norm.bias, -0.4, 0.4)
        norm.momentum = 1.0
    model.train()
    with torch.no_grad():
        model(torch.rand(8, 3, height, width) * 2 - 1)
    for norm, momentum in zip(norms, kept):
        norm.momentum = momentum
    return model.eval()


def v2(width, rows=None):
    return mobilenet_v2(num_classes=CLASSES, width_mult=width, inverted_residual_setting=rows)


def v3(kind, width, **options):
    rows, last = _mobilenet_v3_conf(f'mobilenet_v3_{kind}', width_mult=width, **options)
    return MobileNetV3(rows, last, num_classes=CLASSES)


class Maps(nn.Module):
    """The one map of a dictionary."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return self.model(x)['out']


def lraspp(width):
    """As torchvision.models.segmentation.lraspp_mobilenet_v3_large builds it, with a width."""
    backbone = v3('large', width, dilated=True).features
    stages = [0] + [i for i, b in enumerate(backbone) if getattr(b, '_is_cn', False)] + [len(backbone) - 1]
    low, high = stages[-4], stages[-1]
    layers = {str(low): 'low', str(high): 'high'}
    channels = backbone[low].out_channels, backbone[high].out_channels
    return Maps(LRASPP(IntermediateLayerGetter(backbone, layers), *channels, CLASSES, inter_channels=16))


class Detector(nn.Module):
    """SSDLite up to its scores and moves, as torchvision.models.detection.ssdlite builds it, with narrow extra maps."""

    def __init__(self, width, extras):
        super().__init__()
        features = v3('large', width, reduced_tail=True).features
        stages = [0] + [i for i, b in enumerate(features) if getattr(b, '_is_cn', False)] + [len(features) - 1]
        at = stages[-2]
        norm = lambda channels: nn.BatchNorm2d(channels, eps=0.001, momentum=0.03)
        self.first = nn.Sequential(*features[:at], features[at].block[0])
        self.second = nn.Sequential(features[at].block[1:], *features[at + 1:])
        channels = [features[at].block[0].out_channels, features[-1].out_channels]
        self.extras = nn.ModuleList()
        for out in extras:
            self.extras.append(_extra_block(channels[-1], out, norm))
            channels.append(out)
        self.head = SSDLiteHead(channels, [6] * len(channels), CLASSES, norm)

    def forward(self, x):
        maps = [self.first(x)]
        maps.append(self.second(maps[0]))
        for extra in self.extras:
            maps.append(extra(maps[-1]))
        out = self.head(maps)
        return out['bbox_regression'], out['cls_logits']


class Same(nn.Module):
    """TensorFlow's padding, spelled out."""

    def __init__(self, conv, pad):
        super().__init__()
        self.conv, self.pad = conv, pad

    def forward(self, x):
        return self.conv(F.pad(x, self.pad))


class Gate(nn.Module):
    """Squeeze-and-excite of dense layers."""

    def __init__(self, channels, squeeze):
        super().__init__()
        self.down, self.up = nn.Linear(channels, squeeze), nn.Linear(squeeze, channels)

    def forward(self, x):
        gates = x.mean([2, 3])
        gates = F.hardsigmoid(self.up(F.relu(self.down(gates))))
        return x * gates.view(x.shape[0], -1, 1, 1)


def padded():
    """A stem and one block, padded as TensorFlow does it, SE of dense layers, swish, a classifier over a mean."""

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = nn.Sequential(
                Same(nn.Conv2d(3, 8, 3, stride=2), (0, 1, 0, 1)), nn.SiLU(),
                nn.Conv2d(8, 16, 1), nn.SiLU(),
                Same(nn.Conv2d(16, 16, 5, stride=2, groups=16), (1, 2, 1, 2)), nn.SiLU(),
                Gate(16, 8), nn.Conv2d(16, 8, 1), nn.Conv2d(8, 24, 1), nn.SiLU())
            self.fc = nn.Linear(24, CLASSES)

        def forward(self, x):
            return self.fc(self.body(x).mean([2, 3]))

    return Net()


class Turned(nn.Module):
    """Reads NHWC."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return self.model(x.permute(0, 3, 1, 2))


class Features(nn.Module):
    """Maps of some rows."""

    def __init__(self, model, at):
        super().__init__()
        self.features, self.at = model.features, at

    def forward(self, x):
        maps = []
        for index, block in enumerate(self.features[: self.at[-1] + 1]):
            x = block(x)
            if index in self.at:
                maps.append(x)
        return tuple(maps)


class Flattened(nn.Module):
    """Flattens a map that is larger than one pixel: the order of its numbers is lost to a table."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 1), nn.ReLU())
        self.fc = nn.Linear(8 * 4 * 4, CLASSES)

    def forward(self, x):
        return self.fc(torch.flatten(self.body(x), 1))


short = [[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 1, 2]]
models = {
    'v2': lambda: (v2(0.35, short), 32, 40),
    'v3-small': lambda: (v3('small', 0.1), 64, 64),
    'v3-large': lambda: (v3('large', 0.1), 49, 64),
    'lraspp': lambda: (lraspp(0.1), 64, 48),
    'ssdlite': lambda: (Detector(0.1, [16, 8]), 64, 64),
    'v2 odd': lambda: (v2(0.35, short), 65, 65),
    'padded': lambda: (padded(), 32, 24),
    'turned': lambda: (Turned(v3('small', 0.1)), 33, 32),
    'features': lambda: (Features(v3('large', 0.1), (3, 6, 9)), 64, 64),
    'flattened': lambda: (Flattened(), 8, 8),
}
folded = {'training': torch.onnx.TrainingMode.EVAL, 'do_constant_folding': True}
apart = {'training': torch.onnx.TrainingMode.PRESERVE, 'do_constant_folding': False}
kept = [
    ('v2', 13, folded, False),
    ('v3-small', 14, apart, True),
    ('v3-large', 13, folded, False),
    ('lraspp', 14, apart, False),
    ('ssdlite', 13, folded, True),
]
more = [
    ('v3-small', 9, folded, False), ('v3-small', 11, apart, True), ('v3-small', 13, folded, True),
    ('v3-small', 16, apart, False), ('v3-large', 15, apart, True),
    ('v2', 12, apart, True), ('v2 odd', 9, folded, False),
    ('lraspp', 11, apart, True),
    ('ssdlite', 16, apart, True),
    ('padded', 9, apart, False), ('padded', 11, apart, True), ('padded', 11, folded, False), ('padded', 13, apart, True),
    ('turned', 13, folded, False), ('turned', 11, apart, True),
    ('features', 11, apart, True),
    ('flattened', 13, folded, False),
]


def main(which, folder):
    built = {}
    rows = []
    for number, (name, opset, how, dynamic) in enumerate(kept if which == 'kept' else more):
        if name not in built:
            torch.manual_seed(1)
            model, height, width = models[name]()
            if isinstance(model, Turned):
                settled(model.model, height, width)
                model.eval()
            else:
                settled(model, height, width)
            built[name] = model, height, width
        model, height, width = built[name]
        x = picture(height, width)
        if isinstance(model, Turned):
            x = x.permute(0, 2, 3, 1).contiguous()
        with torch.no_grad():
            outputs = model(x)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        file = f'{name}.onnx' if which == 'kept' else f'{number}.onnx'
        axes = {'picture': {0: 'pictures'}} if dynamic else None
        torch.onnx.export(model, x, os.path.join(folder, file), opset_version=opset, input_names=['picture'],
                          dynamic_axes=axes, **how)
        answers = []
        for out in outputs:
            every = max(1, out.numel() // MOST)
            values = [float(value) for value in out.flatten()[::every]]
            answers.append({'shape': list(out.shape), 'every': every, 'values': values})
        rows.append({'file': file, 'model': name, 'opset': opset, 'folded': how is folded, 'dynamic': dynamic,
                     'size': [height, width], 'answers': answers})
    with open(os.path.join(folder, 'answers.json'), 'w') as file:
        json.dump({'torch': torch.__version__, 'files': rows}, file)
        file.write('\n')


main(sys.argv[1], sys.argv[2])
