"""Writes training-golden.json: losses with their gradients, five steps of each optimiser and one-cycle rates, from PyTorch.

Run with PyTorch and torchvision installed: /usr/bin/python3 test/support/training-golden.py
"""
import json
import os

import torch
import torch.nn.functional as F
from torchvision.models.detection import _utils as det_utils
from torchvision.models.detection.anchor_utils import DefaultBoxGenerator
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.ssd import SSD
from torchvision.ops import box_iou

torch.manual_seed(7)


def numbers(t):
    return [float(f'{v:.8g}') for v in t.detach().double().flatten().tolist()]


def told(loss, leaf):
    loss.backward()
    return {'loss': float(loss), 'gradient': numbers(leaf.grad)}


def leaf(*shape, scale=2.0):
    return (torch.randn(*shape) * scale).requires_grad_()


# Classifier losses.
logits, teacher, labels = leaf(4, 5), torch.randn(4, 5) * 3, torch.tensor([3, 0, 4, 1])
classes = {'logits': numbers(logits), 'teacher': numbers(teacher), 'labels': labels.tolist(), 'cases': []}


def class_case(objective, of):
    logits.grad = None
    classes['cases'].append({'objective': objective, **told(of(), logits)})


def kl(t):
    return F.kl_div(F.log_softmax(logits / t, 1), F.softmax(teacher / t, 1), reduction='batchmean') * t * t


class_case({'kind': 'classes', 'smoothing': 0, 'teacher': None}, lambda: F.cross_entropy(logits, labels))
class_case({'kind': 'classes', 'smoothing': 0.1, 'teacher': None},
           lambda: F.cross_entropy(logits, labels, label_smoothing=0.1))
class_case({'kind': 'classes', 'smoothing': 0.1, 'teacher': {'kind': 'kl', 'temperature': 4, 'weight': 0.7}},
           lambda: 0.3 * F.cross_entropy(logits, labels, label_smoothing=0.1) + 0.7 * kl(4.0))
class_case({'kind': 'classes', 'smoothing': 0, 'teacher': {'kind': 'mse', 'weight': 0.25}},
           lambda: 0.75 * F.cross_entropy(logits, labels) + 0.25 * F.mse_loss(logits, teacher))

# Losses of maps, NHWC: two pictures of 2x3 pixels.
pixels = []


def pixel_case(channels, labels, objective, of, squashed=False):
    x = leaf(2, 2, 3, channels)
    if squashed:
        x = torch.sigmoid(x).detach().requires_grad_()
    found = told(of(x, labels), x)
    pixels.append({'classes': channels, 'squashed': squashed, 'objective': objective, 'map': numbers(x),
                   'labels': labels.flatten().tolist(), **found})


three = torch.tensor([[[0, 2, 1], [255, 1, 0]], [[2, 2, 255], [255, 0, 1]]])
two = torch.tensor([[[0, 1, 1], [255, 1, 0]], [[1, 0, 255], [0, 0, 1]]])
seen3, seen2 = three != 255, two != 255
one_hot = F.one_hot(three.clamp(max=2), 3).float()
pixel_case(3, three, {'kind': 'pixels', 'loss': 'crossEntropy', 'ignore': 255},
           lambda x, y: F.cross_entropy(x.permute(0, 3, 1, 2), y, ignore_index=255))
pixel_case(3, three, {'kind': 'pixels', 'loss': 'binary', 'ignore': 255},
           lambda x, y: F.binary_cross_entropy_with_logits(x[seen3], one_hot[seen3]))
pixel_case(1, two, {'kind': 'pixels', 'loss': 'binary', 'ignore': 255},
           lambda x, y: F.binary_cross_entropy_with_logits(x[..., 0][seen2], y[seen2].float()))
pixel_case(1, two, {'kind': 'pixels', 'loss': 'binary', 'ignore': 255},
           lambda x, y: F.binary_cross_entropy(x[..., 0][seen2], y[seen2].float()), squashed=True)

# SSD multibox as torchvision computes it: a picture of 64 with maps of 4, 2, 1, 1, 1, 1 pixels, three classes.
SIDE, GRIDS, CLASSES = 64, [4, 2, 1, 1, 1, 1], 3
generator = DefaultBoxGenerator([[2, 3] for _ in GRIDS], min_ratio=0.2, max_ratio=0.95)
things = [[([0.1, 0.2, 0.45, 0.6], 1), ([0.5, 0.4, 0.95, 0.9], 2)], [([0.3, 0.3, 0.7, 0.75], 2)], []]
images = ImageList(torch.zeros(len(things), 3, SIDE, SIDE), [(SIDE, SIDE)] * len(things))
anchors = generator(images, [torch.zeros(1, 1, g, g) for g in GRIDS])
targets = [{'boxes': torch.tensor([b for b, _ in own]).reshape(-1, 4) * SIDE,
            'labels': torch.tensor([c for _, c in own], dtype=torch.int64)} for own in things]
answer = leaf(len(things), len(anchors[0]), CLASSES + 4)


class Judge:
    neg_to_pos_ratio = 3
    box_coder = det_utils.BoxCoder(weights=(10.0, 10.0, 5.0, 5.0))
    matcher = det_utils.SSDMatcher(0.5)


matched = []
for boxes, target in zip(anchors, targets):
    if target['boxes'].numel() == 0:
        matched.append(torch.full((len(boxes),), -1, dtype=torch.int64))
        continue
    matched.append(Judge.matcher(box_iou(target['boxes'], boxes)))
parts = {'cls_logits': answer[..., :CLASSES], 'bbox_regression': answer[..., CLASSES:]}
losses = SSD.compute_loss(Judge(), targets, parts, anchors, matched)
boxes = {'classes': CLASSES, 'answer': numbers(answer),
         'boxes': [[{'box': b, 'class': c} for b, c in own] for own in things],
         'matches': [m.tolist() for m in matched],
         **told(losses['bbox_regression'] + losses['classification'], answer)}

# Five steps on a batch of a small network: mean over the picture, hidden layer, logits.
x, y = torch.randn(8, 3, 3, 2), torch.tensor([0, 1, 2, 3, 4, 0, 2, 4])
start = {'head.hidden.weight': torch.randn(2, 7), 'head.hidden.bias': torch.randn(7) * 0.5,
         'head.logits.weight': torch.randn(7, 5) * 0.6, 'head.logits.bias': torch.randn(5) * 0.3}
RATES = [0.02, 0.05, 0.04, 0.03, 0.01]
adam = {'kind': 'adam', 'beta1': 0.9, 'beta2': 0.99, 'epsilon': 1e-6}
rmsprop = {'kind': 'rmsprop', 'decay': 0.9, 'momentum': 0.9, 'epsilon': 1e-3}


class RMSpropTF(torch.optim.Optimizer):
    """TensorFlow's RMSProp: epsilon inside the root, the learning rate inside the momentum, averages from 0."""

    def __init__(self, groups, o):
        super().__init__(groups, {'lr': 1, **{k: o[k] for k in ('decay', 'momentum', 'epsilon')}})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group['params']:
                state, g = self.state[p], p.grad + group['weight_decay'] * p
                keep = group['decay']
                square = state['square'] = keep * state.get('square', 0) + (1 - keep) * g * g
                pull = group['lr'] * g / (square + group['epsilon']).sqrt()
                state['speed'] = group['momentum'] * state.get('speed', 0) + pull
                p -= state['speed']


makers = {
    'sgd': lambda g, o: torch.optim.SGD(g, 1, momentum=o['momentum'], nesterov=o['nesterov']),
    'adam': lambda g, o: (torch.optim.AdamW if o['decoupled'] else torch.optim.Adam)(
        g, 1, betas=(o['beta1'], o['beta2']), eps=o['epsilon'], weight_decay=0),
    'rmsprop': lambda g, o: RMSpropTF(g, o)
}
optimisers = []
for optimizer, decay, clip, averaging in [
    ({'kind': 'sgd', 'momentum': 0.9, 'nesterov': True}, 0.01, None, None),
    ({'kind': 'sgd', 'momentum': 0.8, 'nesterov': False}, 0.01, 0.3, 0.9),
    ({'kind': 'sgd', 'momentum': 0, 'nesterov': False}, 0, None, None),
    ({**adam, 'decoupled': False}, 0.02, None, None),
    ({**adam, 'decoupled': True}, 0.1, 0.5, 0.75),
    (rmsprop, 0.01, None, 0.5)
]:
    w = {name: value.clone().requires_grad_() for name, value in start.items()}
    groups = [{'params': [p for n, p in w.items() if n.endswith('weight')], 'weight_decay': decay},
              {'params': [p for n, p in w.items() if n.endswith('bias')], 'weight_decay': 0}]
    rule = makers[optimizer['kind']](groups, optimizer)
    average = {name: value.detach().clone() for name, value in w.items()}
    losses = []
    for rate in RATES:
        for group in rule.param_groups:
            group['lr'] = rate
        rule.zero_grad()
        hidden = torch.relu(x.mean((1, 2)) @ w['head.hidden.weight'] + w['head.hidden.bias'])
        loss = F.cross_entropy(hidden @ w['head.logits.weight'] + w['head.logits.bias'], y)
        loss.backward()
        if clip is not None:
            torch.nn.utils.clip_grad_norm_(list(w.values()), clip)
        rule.step()
        losses.append(float(loss))
        if averaging is not None:
            average = {n: averaging * a + (1 - averaging) * w[n].detach() for n, a in average.items()}
    optimisers.append({
        'optimizer': optimizer, 'weightDecay': decay, 'clipNorm': clip, 'averaging': averaging, 'losses': losses,
        'after': {n: numbers(p) for n, p in w.items()},
        'averaged': {n: numbers(average[n] if averaging is not None else p) for n, p in w.items()}
    })

# Learning rates of one cycle of 40 steps.
dummy = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 0.3)
cycle = torch.optim.lr_scheduler.OneCycleLR(dummy, 0.3, total_steps=40, pct_start=0.3, div_factor=25,
                                            final_div_factor=1e4, cycle_momentum=False)
rates = []
for _ in range(40):
    rates.append(dummy.param_groups[0]['lr'])
    dummy.step()
    if len(rates) < 40:
        cycle.step()

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'training-golden.json')
with open(path, 'w') as file:
    json.dump({
        'torch': torch.__version__, 'classes': classes, 'pixels': pixels, 'boxes': boxes,
        'steps': {'images': numbers(x), 'labels': y.tolist(), 'rates': RATES,
                  'start': {n: {'shape': list(t.shape), 'data': numbers(t)} for n, t in start.items()},
                  'cases': optimisers},
        'oneCycle': {'learningRate': 0.3, 'rates': rates}
    }, file)
