"""Writes detection-golden.json: default boxes and post-processing of torchvision's ssdlite320 on generated head outputs.

Run with PyTorch and torchvision installed: python3 test/support/detection-golden.py
The head outputs come from the generator h32v1 that golden.ts spells out, so only the answers are stored.
"""
import json
import os

import numpy as np
import torch
import torchvision
from torchvision.models.detection import ssdlite320_mobilenet_v3_large
from torchvision.models.detection.image_list import ImageList

M = 0xFFFFFFFF


def mix(x):
    x = np.asarray(x, dtype=np.uint64)
    x = ((x ^ (x >> np.uint64(16))) * np.uint64(0x7FEB352D)) & np.uint64(M)
    x = ((x ^ (x >> np.uint64(15))) * np.uint64(0x846CA68B)) & np.uint64(M)
    return x ^ (x >> np.uint64(16))


def fill(seed, stream, n, bound):
    key = mix((int(mix(seed)) + stream * 0x9E3779B9) & M)
    u = mix(key ^ mix(np.arange(n))) >> np.uint64(8)
    return torch.from_numpy((bound * (u.astype(np.float64) / 8388608 - 1)).astype(np.float32))


def maps(height, width):
    """Grids of the six maps: C4 at a sixteenth, then halved and rounded up."""
    out, h, w = [], -(-height // 16), -(-width // 16)
    for _ in range(6):
        out.append((h, w))
        h, w = -(-h // 2), -(-w // 2)
    return out


model = ssdlite320_mobilenet_v3_large(weights=None, weights_backbone=None).eval()


def anchors_of(height, width):
    images = ImageList(torch.zeros(1, 3, height, width), [(height, width)])
    return model.anchor_generator(images, [torch.zeros(1, 1, h, w) for h, w in maps(height, width)])[0]


def rounded(values, digits):
    return [round(float(v), digits) for v in values]


def boxes_case(height, width):
    boxes = anchors_of(height, width)
    every = 61
    return {
        'height': height, 'width': width, 'grids': maps(height, width), 'count': len(boxes),
        'sums': rounded(boxes.double().sum(0), 3), 'every': every, 'boxes': [rounded(b, 4) for b in boxes[::every]]
    }


def detections_case(seed, scores, moves, original):
    boxes = anchors_of(320, 320)
    n = len(boxes)
    head = {
        'cls_logits': fill(seed, 1, n * 91, scores).reshape(1, n, 91),
        'bbox_regression': fill(seed, 2, n * 4, moves).reshape(1, n, 4)
    }
    with torch.no_grad():
        found = model.postprocess_detections(head, [boxes], [(320, 320)])
        found = model.transform.postprocess(found, [(320, 320)], [original])[0]
    rows = zip(found['boxes'], found['scores'], found['labels'])
    return {
        'seed': seed, 'scoreBound': scores, 'boxBound': moves, 'height': original[0], 'width': original[1],
        'found': [[*rounded(b, 3), round(float(s), 7), int(c)] for b, s, c in rows]
    }


out = {
    'torch': torch.__version__, 'torchvision': torchvision.__version__,
    'boxes': [boxes_case(320, 320), boxes_case(224, 352)],
    'detections': [detections_case(7, 6, 3, (320, 320)), detections_case(8, 9, 40, (480, 640))]
}
path = os.path.join(os.path.dirname(__file__), 'detection-golden.json')
with open(path, 'w') as file:
    file.write('{\n' + ',\n'.join(
        f'  {json.dumps(k)}: ' + (json.dumps(v) if not isinstance(v, list) else
                                  '[\n    ' + ',\n    '.join(json.dumps(x) for x in v) + '\n  ]')
        for k, v in out.items()) + '\n}\n')
