"""MobileNetV3-Small.

Input: [N, 3, 224, 224], float32.
Parameters: 2,542,856. Multiply-adds: 56,510,400.

Convolutions are padded as TensorFlow's SAME, whatever the size of the input.
Modules and weights are named as torchvision names those of its own networks.
Needs PyTorch 1.13 or later and nothing else.
"""

from __future__ import annotations

import json
import struct
from functools import partial
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

NORM = partial(nn.BatchNorm2d, eps=0.001, momentum=0.01)
RE, HS = nn.ReLU, nn.Hardswish


class SameConv2d(nn.Conv2d):
    """Convolution padded as TensorFlow's SAME: to ceil(size / stride), the odd zero last."""

    def forward(self, x: Tensor) -> Tensor:
        (kernel, _), (stride, _), (dilation, _) = self.kernel_size, self.stride, self.dilation
        pads: list[int] = []
        for size in (x.shape[3], x.shape[2]):
            covered = (-(-size // stride) - 1) * stride + (kernel - 1) * dilation + 1
            total = max(0, covered - size)
            pads += [total // 2, total - total // 2]
        return super().forward(F.pad(x, pads) if any(pads) else x)


class ConvNormAct(nn.Sequential):
    """Convolution, batch norm, non-linearity; width channels in, out channels out."""

    def __init__(
        self,
        width: int,
        out: int,
        kernel: int = 1,
        stride: int = 1,
        groups: int = 1,
        act: type[nn.Module] | None = None,
    ) -> None:
        layers: list[nn.Module] = [
            SameConv2d(width, out, kernel, stride, groups=groups, bias=False),
            NORM(out),
        ]
        if act is not None:
            layers.append(act())
        super().__init__(*layers)


class SqueezeExcite(nn.Module):
    """Scales channels by gates computed from their means (MobileNetV3, section 5.3)."""

    def __init__(self, width: int, squeeze: int) -> None:
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(width, squeeze, 1)
        self.fc2 = nn.Conv2d(squeeze, width, 1)
        self.act = nn.ReLU()
        self.gate = nn.Hardsigmoid()

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gate(self.fc2(self.act(self.fc1(self.avgpool(x)))))


class Row(NamedTuple):
    """A line of the table: an inverted residual."""

    kernel: int
    exp: int  # channels of the expansion
    out: int
    se: int  # channels squeezed to, 0: no squeeze-and-excite
    act: type[nn.Module]
    stride: int


# fmt: off
TABLE = [
    #   kernel  exp  out   se  act  stride
    Row(     3,  16,  16,   8,  RE,      2),
    Row(     3,  72,  24,   0,  RE,      2),
    Row(     3,  88,  24,   0,  RE,      1),
    Row(     5,  96,  40,  24,  HS,      2),
    Row(     5, 240,  40,  64,  HS,      1),
    Row(     5, 240,  40,  64,  HS,      1),
    Row(     5, 120,  48,  32,  HS,      1),
    Row(     5, 144,  48,  40,  HS,      1),
    Row(     5, 288,  96,  72,  HS,      2),
    Row(     5, 576,  96, 144,  HS,      1),
    Row(     5, 576,  96, 144,  HS,      1),
]
# fmt: on


class InvertedResidual(nn.Module):
    """1x1 expansion, depthwise, linear 1x1 projection (MobileNetV2, section 3.3)."""

    def __init__(self, width: int, row: Row) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        if row.exp != width:
            layers.append(ConvNormAct(width, row.exp, act=row.act))
        layers.append(
            ConvNormAct(row.exp, row.exp, row.kernel, row.stride, groups=row.exp, act=row.act)
        )
        if row.se:
            layers.append(SqueezeExcite(row.exp, row.se))
        layers.append(ConvNormAct(row.exp, row.out))
        self.block = nn.Sequential(*layers)
        self.residual = row.stride == 1 and width == row.out

    def forward(self, x: Tensor) -> Tensor:
        return x + self.block(x) if self.residual else self.block(x)


def make_layers() -> list[nn.Module]:
    """The stem, a module for each row and the last convolution."""
    width = 16
    layers: list[nn.Module] = [ConvNormAct(3, width, 3, stride=2, act=HS)]
    for row in TABLE:
        layers.append(InvertedResidual(width, row))
        width = row.out
    layers.append(ConvNormAct(width, 576, act=HS))
    return layers


class MobileNet(nn.Module):
    """Logits [N, num_classes] of pictures [N, 3, H, W]."""

    def __init__(self, num_classes: int = 1000, dropout: float = 0.2) -> None:
        super().__init__()
        self.features = nn.Sequential(*make_layers())
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(
            nn.Linear(576, 1024),
            nn.Hardswish(),
            nn.Dropout(dropout),
            nn.Linear(1024, num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.avgpool(self.features(x))
        return self.classifier(torch.flatten(x, 1))


def load_weights(model: nn.Module, path: str | Path) -> nn.Module:
    """Reads a .safetensors file into the model; all but batch norm's counters must be there."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = bytearray(file.read())
    header.pop("__metadata__", None)
    state = {name: x for name, x in model.state_dict().items() if "num_batches_tracked" in name}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        values = torch.frombuffer(data[start:end], dtype=torch.float32)
        state[name] = values.reshape(entry["shape"])
    model.load_state_dict(state)
    return model


if __name__ == "__main__":
    model = MobileNet().eval()
    weights = Path(__file__).with_name("model.safetensors")
    if weights.exists():
        load_weights(model, weights)
    with torch.no_grad():
        output = model(torch.zeros(1, 3, 224, 224))
    print(output.shape)
