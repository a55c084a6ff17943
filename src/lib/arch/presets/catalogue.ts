/** @file Step 1, spec: every preset with its id, source and published numbers. */
import type { Architecture } from '../architecture';
import { mobileNetV1 } from './mobilenet-v1';
import { mobileNetV2 } from './mobilenet-v2';
import {
  mobileNetV3Large,
  mobileNetV3LargeMinimalistic,
  mobileNetV3Small,
  mobileNetV3SmallMinimalistic
} from './mobilenet-v3';

/** Numbers as the source prints them; latency is on one large core of a Pixel 1, batch 1, TFLite. */
export interface Published {
  readonly params: string;
  readonly madds: string;
  /** ImageNet top-1 accuracy in percent. */
  readonly top1: number;
  readonly pixel1Ms: number | null;
  readonly source: string;
}

export interface Preset {
  readonly id: string;
  readonly arch: Architecture;
  readonly published: Published;
}

const v3 = 'Howard et al. 2019, arXiv 1905.02244, Table 3';
const slim = 'tensorflow/models slim, mobilenet README';

export const presets: readonly Preset[] = [
  {
    id: 'v1',
    arch: mobileNetV1,
    published: {
      params: '4.2 M',
      madds: '569 M',
      top1: 70.6,
      pixel1Ms: null,
      source: 'Howard et al. 2017, arXiv 1704.04861, Table 8'
    }
  },
  {
    id: 'v2',
    arch: mobileNetV2,
    published: { params: '3.4 M', madds: '300 M', top1: 72.0, pixel1Ms: 64, source: v3 }
  },
  {
    id: 'v3-large',
    arch: mobileNetV3Large,
    published: { params: '5.4 M', madds: '219 M', top1: 75.2, pixel1Ms: 51, source: v3 }
  },
  {
    id: 'v3-small',
    arch: mobileNetV3Small,
    published: { params: '2.5 M', madds: '56 M', top1: 67.4, pixel1Ms: 15.8, source: v3 }
  },
  {
    id: 'v3-large-minimalistic',
    arch: mobileNetV3LargeMinimalistic,
    published: { params: '3.9 M', madds: '209 M', top1: 72.3, pixel1Ms: 44.1, source: slim }
  },
  {
    id: 'v3-small-minimalistic',
    arch: mobileNetV3SmallMinimalistic,
    published: { params: '2.0 M', madds: '65 M', top1: 61.9, pixel1Ms: 12.2, source: slim }
  }
];

/** The preset of an id, or undefined. */
export function presetById(id: string): Preset | undefined {
  return presets.find((preset) => preset.id === id);
}
