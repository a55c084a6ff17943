"""PyTorch beside the core: builds the network a JSON file names and answers each line "step N" with N CPU times in ms.

Arguments: the JSON file, the batch size, "channels_last" or "default", threads. The first line printed is
{"torch": version, "threads": count, "parameters": count}; standard input at its end ends the process.
"""
import json
import os
import sys
import time

os.environ.update(OMP_NUM_THREADS=sys.argv[4], MKL_NUM_THREADS=sys.argv[4])
import torch
from torch import nn
from torch.nn import functional as F

table = json.load(open(sys.argv[1]))
batch = int(sys.argv[2])
channels_last = sys.argv[3] == "channels_last"
torch.set_num_threads(int(sys.argv[4]))
torch.manual_seed(0)

ACTIVATIONS = {"relu": nn.ReLU, "hardSwish": nn.Hardswish, "linear": nn.Identity}


class SqueezeExcite(nn.Module):
    def __init__(self, channels, hidden):
        super().__init__()
        self.reduce = nn.Linear(channels, hidden)
        self.expand = nn.Linear(hidden, channels)

    def forward(self, x):
        gates = F.hardsigmoid(self.expand(F.relu(self.reduce(x.mean((2, 3))))))
        return x * gates[:, :, None, None]


def normed(conv, act):
    return [conv, nn.BatchNorm2d(conv.out_channels, eps=table["epsilon"], momentum=1 - table["momentum"]), ACTIVATIONS[act]()]


class Bneck(nn.Module):
    def __init__(self, channels, row):
        super().__init__()
        wide, kernel, stride, out = row["expSize"], row["kernel"], row["stride"], row["out"]
        layers = [] if wide == channels else normed(nn.Conv2d(channels, wide, 1, bias=False), row["nl"])
        window = nn.Conv2d(wide, wide, kernel, stride, kernel // 2, groups=wide, bias=False)
        layers += normed(window, row["nl"])
        if row["se"]:
            layers.append(SqueezeExcite(wide, row["se"]))
        layers += normed(nn.Conv2d(wide, out, 1, bias=False), "linear")
        self.body = nn.Sequential(*layers)
        self.residual = stride == 1 and channels == out

    def forward(self, x):
        y = self.body(x)
        return x + y if self.residual else y


height, width, channels = table["input"]
stem = table["stem"]
layers = normed(nn.Conv2d(channels, stem["out"], 3, stem["stride"], 1, bias=False), stem["nl"])
last = stem["out"]
for row in table["rows"]:
    layers.append(Bneck(last, row))
    last = row["out"]
layers += normed(nn.Conv2d(last, table["head"]["out"], 1, bias=False), table["head"]["nl"])
layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(table["head"]["out"], table["classes"])]
net = nn.Sequential(*layers)
images = torch.randn(batch, channels, height, width)
labels = torch.randint(0, table["classes"], (batch,))
if channels_last:
    net = net.to(memory_format=torch.channels_last)
    images = images.to(memory_format=torch.channels_last)
optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, nesterov=True, weight_decay=1e-4)


def step():
    began = time.process_time()
    optimizer.zero_grad(set_to_none=True)
    loss = F.cross_entropy(net(images), labels)
    loss.backward()
    optimizer.step()
    loss.item()
    return (time.process_time() - began) * 1000


def answer(value):
    print(json.dumps(value), flush=True)


answer({"torch": torch.__version__, "threads": torch.get_num_threads(), "parameters": sum(p.numel() for p in net.parameters())})
for line in sys.stdin:
    answer([step() for _ in range(int(line.split()[1]))])
