/** @file Every option of a network, alone and together, on every preset. */
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { totalCost } from '$lib/cost/cost';
import { lower } from '$lib/ops/lower';
import type { Architecture } from '$lib/arch/architecture';
import { withConvention } from '$lib/arch/convention';
import { applyNetworkOptions, type NetworkChange } from '$lib/arch/options';
import { withOutputStride } from '$lib/arch/output-stride';
import { checkArchitecture } from '$lib/arch/parse';
import { presetById, presets } from '$lib/arch/presets/catalogue';
import { reduceTail } from '$lib/arch/reduced-tail';
import { scaleWidth } from '$lib/arch/scale';
import { withHead } from '$lib/arch/with-head';

const archOf = (id: string): Architecture => {
  const preset = presetById(id);
  if (!preset) throw new Error(`preset ${id}: must exist`);
  return preset.arch;
};
const large = archOf('v3-large');
const small = archOf('v3-small');

/** Kernel, exp size, #out, stride, dilation, shortcut of each bneck. */
const cells = (arch: Architecture) =>
  arch.rows.flatMap((row) =>
    row.kind === 'bneck' ? [[row.expSize, row.out, row.stride, row.dilation, row.shortcut] as const] : []
  );

describe('withOutputStride(arch, outputStride)', () => {
  test('32 changes nothing of the family', () => {
    for (const id of ['v1', 'v2', 'v3-large', 'v3-small', 'mnasnet-a1']) {
      expect(withOutputStride(archOf(id), 32)).toEqual(archOf(id));
    }
  });

  test.each([16, 8] as const)('%i gives a last map of that share of the input', (outputStride) => {
    for (const id of ['v1', 'v2', 'v3-large', 'v3-small', 'mnasnet-a1', 'article-004-large']) {
      const arch = withHead(withOutputStride(archOf(id), outputStride), 'features');
      expect(lower(arch).at(-1)?.out.slice(0, 2), id).toEqual([224 / outputStride, 224 / outputStride]);
    }
  });

  test('the row that strode dilates, keeps its depth and has no shortcut', () => {
    expect(cells(withOutputStride(large, 16)).slice(11)).toEqual([
      [672, 112, 1, 1, 'identity'],
      [672, 160, 1, 2, 'none'],
      [960, 160, 1, 2, 'identity'],
      [960, 160, 1, 2, 'identity']
    ]);
    expect(cells(withOutputStride(large, 8)).map(([, , , dilation]) => dilation)).toEqual([
      1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 4, 4, 4
    ]);
  });

  test('8 after 16 is 8', () => {
    expect(withOutputStride(withOutputStride(large, 16), 8)).toEqual(withOutputStride(large, 8));
  });
});

describe('reduceTail(arch)', () => {
  test('halves what follows the last resolution change: #out, the expansions that read it, SE, head', () => {
    const reduced = reduceTail(large);
    expect(cells(reduced).slice(11)).toEqual([
      [672, 112, 1, 1, 'identity'],
      [672, 80, 2, 1, 'identity'],
      [480, 80, 1, 1, 'identity'],
      [480, 80, 1, 1, 'identity']
    ]);
    expect(reduced.rows[13]).toMatchObject({ se: { channels: 120 } });
    expect(reduced.head).toMatchObject({ conv: { out: 480 }, hidden: { out: 640 } });
    expect(reduced.rows.slice(0, 12)).toEqual(large.rows.slice(0, 12));
  });

  test('finds the last stage of V2 over two widths and under dilation', () => {
    const reduced = reduceTail(archOf('v2'));
    expect(cells(reduced).slice(13)).toEqual([
      [576, 80, 2, 1, 'identity'],
      [480, 80, 1, 1, 'identity'],
      [480, 80, 1, 1, 'identity'],
      [480, 160, 1, 1, 'identity']
    ]);
    expect(reduced.head).toMatchObject({ conv: { out: 640 } });
    expect(reduceTail(withOutputStride(large, 16)).rows.map((row) => ('out' in row ? row.out : 0))).toEqual(
      reduceTail(large).rows.map((row) => ('out' in row ? row.out : 0))
    );
  });
});

describe('withConvention(arch, convention)', () => {
  test.each([
    ['torchvision', 'v3-large', 'symmetric', 1e-3, 0.99],
    ['torchvision', 'v2', 'symmetric', 1e-5, 0.9],
    ['keras', 'v3-large', 'same', 1e-3, 0.999],
    ['keras', 'v1', 'same', 1e-3, 0.99],
    ['slim', 'v3-small', 'same', 1e-3, 0.997],
    ['timm', 'v3-small', 'symmetric', 1e-5, 0.9]
  ] as const)('%s %s: %s padding, epsilon %f, momentum %f', (convention, id, padding, epsilon, momentum) => {
    expect(withConvention(archOf(id), convention)).toMatchObject({ padding, norm: { epsilon, momentum } });
  });

  test('a folded norm stays folded', () => {
    expect(withConvention({ ...small, norm: null, convBias: true }, 'keras').norm).toBeNull();
  });
});

describe('scaleWidth(arch, width) of article 004', () => {
  // Parameters of the article's own classes, built by PyTorch at each width. As printed its #out are 1 to 6 rounded up to
  // 8, of which the table keeps the 8: above 1 the two part.
  test.each([
    ['article-004-large-repaired', 0.35, 862450],
    ['article-004-large-repaired', 0.5, 1458799],
    ['article-004-large-repaired', 0.75, 2821187],
    ['article-004-large-repaired', 1.25, 6632106],
    ['article-004-large-repaired', 1.4, 8054754],
    ['article-004-large', 0.35, 3283248],
    ['article-004-large', 0.5, 3483712],
    ['article-004-large', 0.75, 3825464],
    ['article-004-small-repaired', 0.35, 600951],
    ['article-004-small-repaired', 0.5, 960824],
    ['article-004-small-repaired', 0.75, 1682920],
    ['article-004-small-repaired', 1.25, 3548273],
    ['article-004-small-repaired', 1.4, 4199679],
    ['article-004-small', 0.35, 1348192],
    ['article-004-small', 0.5, 1548656],
    ['article-004-small', 0.75, 1915144]
  ] as const)('%s x%f: %i parameters', (id, width, params) => {
    const arch = scaleWidth(archOf(id), width);
    expect(totalCost(lower(arch)).params).toBe(params);
    expect(scaleWidth(archOf(id), width, 'keras')).toEqual(arch);
  });
});

describe('applyNetworkOptions(arch, options)', () => {
  test('without options gives the same table', () => {
    for (const { arch } of presets) expect(applyNetworkOptions(arch, {})).toEqual(arch);
  });

  test('cuts the tail before it scales', () => {
    expect(applyNetworkOptions(large, { reducedTail: true, width: 0.75 })).toEqual(scaleWidth(reduceTail(large), 0.75));
  });

  test("takes the head's usual values unless told otherwise", () => {
    expect(applyNetworkOptions(large, { head: 'lraspp' })).toMatchObject({ classes: 21, input: [224, 224, 3] });
    expect(cells(applyNetworkOptions(large, { head: 'lraspp' }))[12]?.[3]).toBe(2);
    expect(cells(applyNetworkOptions(large, { head: 'lraspp', outputStride: 32 }))).toEqual(cells(large));
    expect(applyNetworkOptions(large, { head: 'ssdlite' })).toMatchObject({ classes: 91, input: [320, 320, 3] });
    const told: NetworkChange = { head: 'ssdlite', classes: 5, input: [96, 160, 3], padding: 'symmetric' };
    expect(applyNetworkOptions(large, told)).toMatchObject({ classes: 5, input: [96, 160, 3], padding: 'symmetric' });
  });

  test('names the rows a features head answers with, and only there', () => {
    const head = { kind: 'features', outIndices: [3, 6, 12] };
    expect(applyNetworkOptions(large, { head: 'features', outIndices: [3, 6, 12] }).head).toEqual(head);
    expect(applyNetworkOptions(large, { outIndices: [3, 6, 12] }).head).toEqual(large.head);
  });

  test('every preset takes every combination and stays a valid table that lowers', () => {
    const change: fc.Arbitrary<NetworkChange> = fc.record(
      {
        width: fc.constantFrom(0.25, 0.35, 0.5, 0.75, 1.25, 1.4),
        widthRule: fc.constantFrom('torchvision', 'keras'),
        head: fc.constantFrom('classifier', 'features', 'lraspp', 'lraspp-paper', 'ssdlite'),
        outputStride: fc.constantFrom(32, 16, 8),
        reducedTail: fc.boolean(),
        padding: fc.constantFrom('same', 'symmetric'),
        convention: fc.constantFrom('torchvision', 'keras', 'timm'),
        classes: fc.integer({ min: 2, max: 30 })
      },
      { requiredKeys: [] }
    );
    fc.assert(
      fc.property(fc.constantFrom(...presets), change, ({ arch }, options) => {
        if (options.head === 'ssdlite' && arch.padding === 'valid' && !options.padding && !options.convention) return;
        const next = applyNetworkOptions(arch, options);
        expect(checkArchitecture(next)).toEqual([]);
        expect(lower(next).length).toBeGreaterThan(0);
      }),
      { numRuns: 500 }
    );
  });

  test('the detection head reads the last map of stride 16, expanded where its row expands', () => {
    const maps = (id: string) => {
      const ops = lower(applyNetworkOptions(archOf(id), { head: 'ssdlite' }));
      return ops.filter((op) => /^head\.boxes\d\.depthwise$/.test(op.id)).map((op) => op.in);
    };
    expect(maps('v3-large').slice(0, 3)).toEqual([
      [20, 20, 672],
      [10, 10, 960],
      [5, 5, 512]
    ]);
    expect(maps('v1')[0]).toEqual([20, 20, 512]);
    expect(maps('article-003')[0]).toEqual([20, 20, 512]);
    expect(maps('v2')[0]).toEqual([20, 20, 576]);
  });
});
