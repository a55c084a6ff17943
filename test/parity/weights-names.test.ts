/** @file Names of torchvision, timm and Keras both ways, against lists that those libraries printed themselves. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Architecture } from '$lib/arch/architecture';
import { presetById } from '$lib/arch/presets/catalogue';
import { reduceTail } from '$lib/arch/reduced-tail';
import { scaleWidth, withClasses, withInput } from '$lib/arch/scale';
import { withHead } from '$lib/arch/with-head';
import { lower } from '$lib/ops/lower';
import { tensorsOf, type TensorSpec } from '$lib/ops/tensors';
import type { Tensor, Tensors } from '$lib/weights/checkpoint';
import { goldenTensors } from '$lib/weights/golden-weights';
import { hashedNumbers } from '$lib/weights/hashed-numbers';
import { conventions, namedTensors, type Convention } from '$lib/weights/names/convention';
import { readNamed } from '$lib/weights/names/read-named';
import { writeNamed } from '$lib/weights/names/write-named';
import { readGolden, type GoldenTensorRow } from '../support/golden';

type Names = Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;

const preset = (id: string): Architecture => {
  const found = presetById(id);
  if (!found) throw new Error(`preset ${id}: must exist`);
  return found.arch;
};
const listed = (file: string): Names =>
  JSON.parse(readFileSync(new URL(`../support/${file}`, import.meta.url), 'utf8')) as Names;

const sameNumbers = (a: Tensor | undefined, b: Tensor | undefined): boolean =>
  a !== undefined && b !== undefined && a.shape.join() === b.shape.join() && a.data.every((x, i) => x === b.data[i]);

/** Names whose tensors are not the same, in the same order. */
function differing(expected: Tensors, got: Tensors): readonly string[] {
  const names = Object.keys(expected);
  if (names.join() !== Object.keys(got).join()) return ['other names'];
  return names.filter((name) => !sameNumbers(expected[name], got[name]));
}

/** A quarter of the width and ten classes: the names are those of the whole network. */
const tiny = (arch: Architecture): Architecture => withInput(withClasses(scaleWidth(arch, 0.25), 10), [32, 32, 3]);

/** Tensors of which no two numbers are alike. */
const numbered = (arch: Architecture): Tensors => {
  let next = 0;
  const fill = ({ name, shape }: TensorSpec): [string, Tensor] => {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1)).map(() => next++);
    return [name, { shape, data }];
  };
  return Object.fromEntries(lower(arch).flatMap(tensorsOf).map(fill));
};

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
  ['timm', 'timm-names.json', 'semnasnet_100', preset('mnasnet-a1')],
  ['keras', 'keras-names.json', 'MobileNet', preset('v1')],
  ['keras', 'keras-names.json', 'MobileNetV2', v2],
  ['keras', 'keras-names.json', 'MobileNetV3Large', large],
  ['keras', 'keras-names.json', 'MobileNetV3Small', small],
  ['keras', 'keras-names.json', 'MobileNetV3SmallMinimalistic', preset('v3-small-minimalistic')]
];

describe('namedTensors(arch, convention)', () => {
  test.each(printed)('%s: %s %s', (convention, file, net, arch) => {
    const named = namedTensors(arch, convention) ?? [];
    const theirs = listed(file)[net] ?? {};
    expect(named.length).toBeGreaterThan(100);
    expect(Object.fromEntries(named.map(({ name, shape }) => [name, shape]))).toEqual(theirs);
    expect(named).toHaveLength(Object.keys(theirs).length);
  });
});

describe.each(conventions)('the convention %s', (convention) => {
  const nets = [preset('v1'), v2, large, small, preset('v3-small-minimalistic'), preset('mnasnet-a1')];
  const known = nets.filter((arch) => namedTensors(arch, convention));

  test('knows networks of the family', () => {
    expect(known.length).toBeGreaterThan(1);
  });

  test.each(known.map((arch) => [arch.name, tiny(arch)] as const))('gives %s back as it was written', (_, arch) => {
    const tensors = numbered(arch);
    const read = readNamed(writeNamed(tensors, arch, convention) ?? {}, arch);
    if (read.kind !== 'ok') throw new Error(JSON.stringify(read.issues.slice(0, 5)));
    expect(differing(tensors, read.tensors)).toEqual([]);
    expect([read.convention, read.leftOut]).toEqual([convention, []]);
  });
});

/** The golden fill under PyTorch's names and layouts, as a file of torchvision would hold it. */
const forwards = [
  ['tv_mobilenet_v2_w0.35', scaleWidth(v2, 0.35)],
  ['tv_mobilenet_v3_small_w1', small],
  ['tv_lraspp_mobilenet_v3_large', withHead(large, 'lraspp')],
  ['tv_ssdlite320_mobilenet_v3_large', withHead(reduceTail(large), 'ssdlite')]
] as const;
interface Forward {
  readonly seed: number;
  readonly input: { readonly shape: readonly [number, number, number, number] };
  readonly tensors: readonly GoldenTensorRow[];
}
const found = forwards.flatMap(([id, arch]) => {
  const golden = readGolden<Forward>(`forward/${id}.json`);
  if (!golden) process.stdout.write(`skipped: golden forward/${id}.json is absent\n`);
  return golden ? [{ id, arch, golden }] : [];
});

describe.runIf(found.length > 0)('readNamed(tensors, arch)', () => {
  test.each(found)('reads $id as the fill whose logits are PyTorch’s', ({ arch, golden }) => {
    const { seed, input, tensors } = golden;
    const file = Object.fromEntries(
      tensors.map(([name, shape, stream, offset, bound]): [string, Tensor] => {
        const count = shape.reduce((a, b) => a * b, 1);
        return [name, { shape, data: hashedNumbers(seed, stream, { count, offset, bound }) }];
      })
    );
    const [batch, channels, height, width] = input.shape;
    const table = withInput(arch, [height, width, channels]);
    const read = readNamed(file, table);
    const fill = goldenTensors(table, seed, { batch });
    if (read.kind !== 'ok') throw new Error(JSON.stringify(read.issues.slice(0, 5)));
    expect(read.convention).toBe('torchvision');
    expect(differing(fill, read.tensors)).toEqual([]);
  });
});

const teachable = '../shared/data/nets/tm_mobilenet_v2_0.35/model.json';
const hasTeachable = existsSync(teachable);
if (!hasTeachable) process.stdout.write('skipped: the Keras 2 model of Teachable Machine is absent\n');

test.runIf(hasTeachable)('a backbone that Keras 2 saved has the names and shapes of keras2', () => {
  interface Saved {
    readonly weightsManifest: readonly { readonly weights: readonly { name: string; shape: number[] }[] }[];
  }
  const { weightsManifest } = JSON.parse(readFileSync(teachable, 'utf8')) as Saved;
  const saved = weightsManifest.flatMap(({ weights }) => weights).filter(({ name }) => !name.startsWith('dense'));
  const arch: Architecture = withInput(scaleWidth(v2, 0.35), [224, 224, 3]);
  const ours = namedTensors(arch, 'keras2')?.filter(({ op }) => op.id !== 'head.logits') ?? [];
  expect(new Map(ours.map(({ name, shape }) => [name, [...shape]]))).toEqual(
    new Map(saved.map(({ name, shape }) => [name, shape]))
  );
});

describe('what does not fit', () => {
  const arch = tiny(small);
  const tensors = numbered(arch);
  const file = (convention: Convention): Record<string, Tensor> => ({ ...writeNamed(tensors, arch, convention) });

  test('is listed: missing, extra, of another shape, not finite', () => {
    const { 'features.0.1.weight': _, ...rest } = file('torchvision');
    const read = readNamed(
      {
        ...rest,
        'features.0.1.bias': { shape: [3], data: new Float32Array(3) },
        'classifier.3.bias': { shape: [10], data: new Float32Array(10).fill(NaN) },
        'features.99.0.weight': { shape: [1], data: new Float32Array(1) }
      },
      arch
    );
    if (read.kind !== 'mismatch') throw new Error('must not fit');
    expect(read).toMatchObject({
      convention: 'torchvision',
      missing: ['features.0.1.weight'],
      extra: ['features.99.0.weight'],
      shapes: [{ name: 'features.0.1.bias', want: [8], got: [3] }],
      notFinite: ['classifier.3.bias']
    });
    expect(read.issues.map(({ path, message }) => `${path}: ${message}`)).toEqual([
      'features.0.1.weight: tensor is missing, must be [8]',
      'features.0.1.bias: shape must be [8], got [3]',
      'classifier.3.bias: numbers must be finite',
      'features.99.0.weight: tensor belongs to no op of the table'
    ]);
  });

  test('says so when no name is known at all', () => {
    const read = readNamed({ 'layer.one': { shape: [1], data: new Float32Array(1) } }, arch);
    expect(read.kind === 'mismatch' && read.issues[0]?.message).toBe(
      'names must be those of bneck, torchvision, timm, keras, keras2, got "layer.one"'
    );
    expect(readNamed({}, arch).kind).toBe('mismatch');
  });

  test('a file of another network is listed, whatever its convention', () => {
    for (const convention of conventions) {
      const other = tiny(large);
      const read = readNamed(writeNamed(numbered(other), other, convention) ?? {}, arch);
      expect(read.kind === 'mismatch' && read.convention, convention).toBe(convention);
      expect(read.kind === 'mismatch' && read.extra.length + read.missing.length, convention).toBeGreaterThan(10);
    }
  });

  test('counters of batches, wrappers’ prefixes and HDF5 paths do not matter', () => {
    const counted = {
      ...file('torchvision'),
      'features.0.1.num_batches_tracked': { shape: [], data: Float32Array.of(7) }
    };
    const wrapped = Object.fromEntries(Object.entries(counted).map(([name, tensor]) => [`module.${name}`, tensor]));
    const bare = readNamed(wrapped, arch);
    expect(bare.kind === 'ok' && [bare.convention, differing(tensors, bare.tensors)]).toEqual(['torchvision', []]);
    const nested = Object.entries(file('keras2')).map(([name, tensor]): [string, Tensor] => {
      const layer = name.slice(0, name.lastIndexOf('/'));
      return [`${layer}/${name}:0`, tensor];
    });
    const read = readNamed(Object.fromEntries(nested), arch);
    expect(read.kind === 'ok' && read.convention).toBe('keras2');
  });

  test('a linear layer may be a 1x1 convolution there and the other way round', () => {
    const { 'classifier.0.weight': hidden, ...rest } = file('torchvision');
    if (!hidden) throw new Error('the hidden layer must be there');
    const read = readNamed({ ...rest, 'classifier.0.weight': { ...hidden, shape: [...hidden.shape, 1, 1] } }, arch);
    expect(read.kind === 'ok' && differing(tensors, read.tensors)).toEqual([]);
  });

  test.each(conventions)('a backbone leaves the head of a %s file aside', (convention) => {
    const backbone = withHead(arch, 'features');
    const read = readNamed(file(convention), backbone);
    if (read.kind !== 'ok') throw new Error(JSON.stringify(read.issues.slice(0, 3)));
    expect(Object.keys(read.tensors)).toEqual(
      lower(backbone)
        .flatMap(tensorsOf)
        .map(({ name }) => name)
    );
    expect(read.leftOut.length).toBe(9);
  });

  test('a convention that has no such network has no names for it', () => {
    expect(writeNamed({}, preset('v1'), 'torchvision')).toBe(null);
    expect(writeNamed({}, preset('article-002-large'), 'timm')).toBe(null);
    expect(writeNamed({}, preset('mnasnet-a1'), 'torchvision')).toBe(null);
  });
});
