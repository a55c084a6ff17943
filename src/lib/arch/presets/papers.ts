/** @file Step 1, spec: the papers' networks with their published numbers. */
import type { Architecture } from '../architecture';
import { mnasNetA1 } from './mnasnet-a1';
import { mobileNetV1 } from './mobilenet-v1';
import { mobileNetV2 } from './mobilenet-v2';
import {
  mobileNetV3Large,
  mobileNetV3LargeMinimalistic,
  mobileNetV3Small,
  mobileNetV3SmallMinimalistic
} from './mobilenet-v3';
import type { Preset, Published } from './preset';

const v1 = { name: 'Howard et al. 2017, arXiv 1704.04861', url: 'https://arxiv.org/abs/1704.04861' };
const v2 = { name: 'Sandler et al. 2018, arXiv 1801.04381', url: 'https://arxiv.org/abs/1801.04381' };
const v3 = { name: 'Howard et al. 2019, arXiv 1905.02244', url: 'https://arxiv.org/abs/1905.02244' };
const mnas = { name: 'Tan et al. 2019, arXiv 1807.11626', url: 'https://arxiv.org/abs/1807.11626' };
const slim = {
  name: 'tensorflow/models slim, mobilenet README',
  url: 'https://github.com/tensorflow/models/tree/master/research/slim/nets/mobilenet'
};

function paper(
  id: string,
  arch: Architecture,
  from: { readonly name: string; readonly url: string },
  published: Published
): Preset {
  const source = { citation: () => from.name, url: from.url };
  return { id, arch, group: 'paper', source, published, reference: null, repairs: null, notes: [] };
}

/** Every network of a paper; V2's numbers are those that MobileNetV3's Table 3 prints. */
export const papers: readonly Preset[] = [
  paper('v1', mobileNetV1, v1, {
    params: '4.2 M',
    madds: '569 M',
    top1: 70.6,
    pixel1Ms: null,
    source: `${v1.name}, Table 8`
  }),
  paper('v2', mobileNetV2, v2, {
    params: '3.4 M',
    madds: '300 M',
    top1: 72.0,
    pixel1Ms: 64,
    source: `${v3.name}, Table 3`
  }),
  paper('v3-large', mobileNetV3Large, v3, {
    params: '5.4 M',
    madds: '219 M',
    top1: 75.2,
    pixel1Ms: 51,
    source: `${v3.name}, Table 3`
  }),
  paper('v3-small', mobileNetV3Small, v3, {
    params: '2.5 M',
    madds: '56 M',
    top1: 67.4,
    pixel1Ms: 15.8,
    source: `${v3.name}, Table 3`
  }),
  paper('v3-large-minimalistic', mobileNetV3LargeMinimalistic, slim, {
    params: '3.9 M',
    madds: '209 M',
    top1: 72.3,
    pixel1Ms: 44.1,
    source: slim.name
  }),
  paper('v3-small-minimalistic', mobileNetV3SmallMinimalistic, slim, {
    params: '2.0 M',
    madds: '65 M',
    top1: 61.9,
    pixel1Ms: 12.2,
    source: slim.name
  }),
  paper('mnasnet-a1', mnasNetA1, mnas, {
    params: '3.9 M',
    madds: '312 M',
    top1: 75.2,
    pixel1Ms: 78,
    source: `${mnas.name}, Table 1`
  })
];
