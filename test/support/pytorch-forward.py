#!/usr/bin/python3
"""Writes pytorch-forward.json: logits of networks filled by the generator h32v1 (seed 777), symmetric and SAME padding.

Needs torch, torchvision and, as first argument, the folder with the reference generator (genlib, nets, make_forward).
"""
import json
import os
import sys

sys.path.insert(0, sys.argv[1])
import torch  # noqa: E402

torch.set_num_threads(1)
import make_forward  # noqa: E402

SEED = 777
CASES = [
    (['v1', {'width': 0.25}], {'family': 'v1', 'width': 0.25, 'last_stride': 1}, (1, 3, 40, 40)),
    (['v2', {'width': 0.35}], {'family': 'tv_v2', 'width': 0.35}, (1, 3, 40, 40)),
    (['v3-small', {'width': 0.75, 'reducedTail': True, 'outputStride': 16}],
     {'family': 'tv_v3', 'kind': 'small', 'width': 0.75, 'reduced_tail': True, 'dilated': True}, (2, 3, 33, 48)),
    (['v3-large', {'head': 'lraspp', 'classes': 5}], {'family': 'lraspp', 'num_classes': 5}, (1, 3, 32, 32)),
    (['article-001-small-repaired', {}], {'family': 'seed001_small_identityfix'}, (1, 3, 35, 33)),
    (['article-002-small', {}], {'family': 'seed002_v3_small'}, (1, 3, 32, 32)),
    (['article-004-small-repaired', {}], {'family': 'seed004_columnfix', 'kind': 'small'}, (1, 3, 32, 32)),
]
MOST = 40

rows = []
for (preset, change), spec, shape in CASES:
    result = make_forward.forward_case(preset, spec, SEED, shape)
    row = {'preset': preset, 'change': change, 'shape': shape}
    for ours, theirs in (('symmetric', 'torch'), ('same', 'tfsame')):
        out = result[theirs]['output']
        every = out.get('every', 1)
        row[ours] = {'shape': out['shape'], 'every': every, 'values': out.get('values', out.get('samples'))[:MOST]}
    rows.append(row)
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'pytorch-forward.json')
with open(path, 'w') as file:
    json.dump({'seed': SEED, 'torch': torch.__version__, 'networks': rows}, file)
