/** @file Names of torchvision, timm and Keras both ways, against lists that those libraries printed themselves. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Architecture } from '$lib/arch/architecture';
import { presetById } from '$lib/arch/presets/catalogue';
import { reduceTail } from '$lib/arch/reduced-tail';
import { scaleWidth, withInput } from '$lib/arch/scale';
import { withHead } from '$lib/arch/with-head';
import { lower } from '$lib/ops/lower';
import { tensorsOf } from '$lib/ops/tensors';
import type { Tensor, Tensors } from '$lib/weights/checkpoint';
import { initTensors } from '$lib/weights/init';
import { conventions, namedTensors, type Convention } from '$lib/weights/names/convention';
import { readNamed } from '$lib/weights/names/read-named';
import { writeNamed } from '$lib/weights/names/write-named';
import { readGolden, type GoldenTensorRow } from '../support/golden';

type Names = Readonly<Record<string, readonly (readonly [name: string, shape: readonly number[]])[]>>;

const preset = (id: string): Architecture => {
  const found = presetById(id);
  if (!found) throw new Error(`preset ${id}: must exist`);
  return found.arch;
};
const listed = (file: string): Names =>
  JSON.parse(readFileSync(new URL(`../support/${file}`, import.meta.url), 'utf8')) as Names;

const v2 = preset('v2');
const large = preset('v3-large');
const small = preset('v3-small');

const printed: readonly (readonly [Convention, string, string, Architecture])[] = [
  ['torchvision', 'torchvision-names.json', 'mobilenet_v2', v2],
  ['torchvision', 'torchvision-names.json', 'mobilenet_v3_large', large],
  ['torchvision', 'torchvision-names.json', 'mobilenet_v3_small', small],
  ['torchvision', 'torchvision-names.json', 'lraspp_mobilenet_v3_large', withHead(large, 'lraspp')],
  ['torchvision', 'torchvision-names.json', 'ssdlite320_mobilenet_v3_large', withHead(reduceTail(large), 'ssdlite')],
  ['timm', 'timm-names.json', 'mobilenetv1_100', preset('v1')],
  ['timm', 'timm-names.json', 'mobilenetv2_100', v2],
  ['timm', 'timm-names.json', 'mobilenetv3_large_100', large],
  ['timm', 'timm-names.json', 'mobilenetv3_small_100', small],
  ['timm', 'timm-names.json', 'mobilenetv3_small_050', scaleWidth(small, 0.5, 'keras')],
  ['timm', 'timm-names.json', 'tf_mobilenetv3_large_minimal_100', preset('v3-large-minimalistic')],
  ['timm', 'timm-names.json', 'semnasnet_100', preset('mnasnet-a1')]
];

describe('namedTensors(arch, convention)', () => {
  test.each(printed)('%s: %s %s', (convention, file, net, arch) => {
    const ours = namedTensors(arch, convention)?.map(({ name, shape }) => [name, [...shape]]) ?? [];
    const theirs = listed(file)[net] ?? [];
    expect(theirs.length).toBeGreaterThan(100);
    expect(new Map(ours.map(([name, shape]) => [name, shape]))).toEqual(new Map(theirs.map((row) => [row[0], row[1]])));
  });
});
