/** @file Fields, peaks, intensities and counts by hand and by exhaustion, for tables small enough to do so. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Architecture } from '../arch/architecture';
import { presetById, presets } from '../arch/presets/catalogue';
import { withHead } from '../arch/with-head';
import { lower, lowerWithOutputs } from '../ops/lower';
import { costOf } from './cost';
import { countAs } from './count-as';
import { bestOrder } from './best-order';
import { arithmeticIntensity } from './intensity';
import { listingOf } from './listing';
import { peakOf, type Run, type Step } from './liveness';
import { peakInOrder, peakMemory } from './memory';
import { receptiveFields } from './receptive-field';
import { torchsummary, torchsummaryText } from './torchsummary';

const preset = (id: string): Architecture => presetById(id)?.arch ?? expect.fail(`no preset ${id}`);

describe('receptiveFields(ops)', () => {
  test('of a dilated kernel grows as article 000 says: 3 to 5', () => {
    const wide = preset('article-000-conv');
    const sizeAt = (dilation: number) => {
      const ops = lower({ ...wide, rows: wide.rows.map((row) => ('dilation' in row ? { ...row, dilation } : row)) });
      return receptiveFields(ops).get('row01.conv')?.size;
    };
    expect([sizeAt(1), sizeAt(2)]).toEqual([
      [3, 3],
      [5, 5]
    ]);
  });

  test('of MobileNetV1 is the published 315 pixels at a stride of 32 (Araujo et al., Distill 2019)', () => {
    const field = receptiveFields(lower(preset('v1'))).get('row13.pointwise');
    expect([field?.size, field?.jump]).toEqual([
      [315, 315],
      [32, 32]
    ]);
  });

  test('differs between axes where the padding does, and a global pool sees the whole map', () => {
    const arch: Architecture = { ...preset('v3-small'), input: [224, 160, 3], padding: 'same' };
    const ops = lower(arch);
    const fields = receptiveFields(ops);
    const last = fields.get('head.conv') ?? expect.fail();
    const [height, width] = ops.find((op) => op.id === 'head.conv')?.out ?? [0, 0];
    expect(fields.get('head.pool')?.size).toEqual([last.size[0] + (height - 1) * 32, last.size[1] + (width - 1) * 32]);
    expect(fields.get('head.logits')).toEqual(fields.get('head.pool'));
    const odd = receptiveFields(lower({ ...arch, input: [225, 160, 3] })).get('stem');
    expect(odd?.start).toEqual([0, 1]);
  });

  test('goes back to the pixels of the picture through resizes', () => {
    const ops = lower({ ...withHead(preset('v3-large'), 'lraspp'), input: [256, 256, 3] });
    const { jump, start, size } = receptiveFields(ops).get('head.classes') ?? expect.fail();
    expect(jump).toEqual([1, 1]);
    expect(Math.abs(start[0])).toBeLessThan(16);
    expect(size[0]).toBeGreaterThan(500);
  });

  test('has a finite field for every op of every preset under every head that fits', () => {
    for (const { arch } of presets) {
      const ops = lower(arch);
      const fields = receptiveFields(ops);
      for (const { id } of ops) {
        const { size, jump, start } = fields.get(id) ?? expect.fail(id);
        expect([...size, ...jump, ...start].every(Number.isFinite)).toBe(true);
      }
    }
  });
});

/** The least peak by trying every order. */
function exhaustive(run: Run): number {
  let best = Infinity;
  const extend = (order: readonly Step[]): void => {
    if (order.length === run.steps.length) {
      best = Math.min(best, peakOf({ ...run, steps: order }).peakBytes);
      return;
    }
    const done = new Set(order.map((step) => step.id));
    for (const step of run.steps)
      if (!done.has(step.id) && step.inputs.every((id) => id === '' || done.has(id))) extend([...order, step]);
  };
  extend([]);
  return best;
}

const graphs: fc.Arbitrary<Run> = fc
  .array(
    fc.record({
      bytes: fc.integer({ min: 1, max: 9 }),
      reads: fc.array(fc.nat(), { minLength: 1, maxLength: 2 }),
      over: fc.boolean()
    }),
    {
      minLength: 1,
      maxLength: 7
    }
  )
  .map((nodes): Run => {
    const steps = nodes.map(({ bytes, reads, over }, i): Step => {
      const inputs = [
        ...new Set(reads.map((read) => (i === 0 ? '' : read % (i + 1) === i ? '' : `s${read % (i + 1)}`)))
      ];
      return { id: `s${i}`, inputs, bytes, overwrites: over ? inputs : [] };
    });
    const read = new Set(steps.flatMap((step) => step.inputs));
    return { steps, pictureBytes: 3, outputs: steps.map((step) => step.id).filter((id) => !read.has(id)) };
  });

describe('peakMemory(ops)', () => {
  test('is the least of all orders, on random graphs', () => {
    let better = 0;
    fc.assert(
      fc.property(graphs, (run) => {
        const { steps, exact } = bestOrder(run);
        const { peakBytes } = peakOf({ ...run, steps });
        expect(exact).toBe(true);
        expect(peakBytes).toBe(exhaustive(run));
        if (peakBytes < peakOf(run).peakBytes) better++;
      }),
      { numRuns: 500, seed: 5 }
    );
    expect(better).toBeGreaterThan(10);
  });

  test('of one convolution is its input and output', () => {
    const arch = preset('article-000-conv');
    expect(peakMemory(lower(arch))).toEqual({
      peakBytes: 4 * 640 * 640 * (64 + 128),
      at: 'row01.conv',
      order: ['row01.conv'],
      exact: true
    });
  });

  test('of V2 is its widest expansion beside the half-sized map that replaces it', () => {
    const { peakBytes, at } = peakMemory(lower(preset('v2')));
    expect([at, peakBytes]).toEqual(['row02.depthwise', 4 * 96 * (112 * 112 + 56 * 56)]);
  });

  test('is exact and no worse than the plain order for every preset and head', () => {
    const large = preset('v3-large');
    const tables = [...presets.map(({ arch }) => arch), withHead(large, 'lraspp'), withHead(large, 'ssdlite')];
    for (const arch of tables) {
      const { ops, outputs } = lowerWithOutputs(arch);
      const best = peakMemory(ops, outputs);
      expect(best.exact, arch.name).toBe(true);
      expect(best.peakBytes).toBeLessThanOrEqual(peakInOrder(ops, outputs).peakBytes);
      expect([...best.order].sort()).toEqual(ops.map((op) => op.id).sort());
    }
  });
});

describe('arithmeticIntensity(ops)', () => {
  test('of a plain and a depthwise convolution by hand', () => {
    const [plain] = arithmeticIntensity(lower(preset('article-000-conv')));
    const pixels = 640 * 640;
    expect(plain?.bytes).toBe(4 * (pixels * 64 + 9 * 64 * 128 + 128 + pixels * 128));
    expect(plain?.intensity).toBeCloseTo(30_198_988_800 / (plain?.bytes ?? NaN), 9);
    const [deep] = arithmeticIntensity(lower(preset('article-000-dwconv')));
    expect((plain?.intensity ?? 0) / (deep?.intensity ?? Infinity)).toBeGreaterThan(60);
  });

  test('reads both maps of an add', () => {
    const ops = lower(preset('v3-large'));
    const add = arithmeticIntensity(ops).find(({ id }) => id === 'row01.add');
    expect(add).toEqual({ id: 'row01.add', madds: 0, bytes: 4 * 3 * 112 * 112 * 16, intensity: 0 });
  });
});

describe('countAs(arch, convention)', () => {
  test.each([
    ['article-000-conv', '30.36'],
    ['article-000-dwconv', '0.63'],
    ['article-000-dwconv-pointwise', '3.75']
  ])('%s is what ptflops prints for it: %s GMac', (id, printed) => {
    expect((countAs(preset(id), 'ptflops') / 1e9).toFixed(2)).toBe(printed);
  });

  test('of DWConv in full: 629.15 MMac', () => {
    expect((countAs(preset('article-000-dwconv'), 'ptflops') / 1e6).toFixed(2)).toBe('629.15');
  });

  test("explains V3-Large's 219 M beside 216.6 M", () => {
    const large = preset('v3-large');
    const madds = lower(large).reduce((sum, op) => sum + costOf(op).madds, 0);
    expect([madds, countAs(large, 'fvcore')]).toEqual([216_589_760, 226_033_824]);
  });

  test('depends on the code only where it calls a mean instead of a pool', () => {
    const arch = preset('article-004-small');
    const pooled = listingOf(arch).filter((part) => part.kind === 'mean');
    const difference = pooled.reduce((sum, part) => sum + part.inElements, 0);
    expect(difference).toBeGreaterThan(0);
    expect(countAs(arch, 'fvcore', 'torchvision') - countAs(arch, 'fvcore')).toBe(difference);
  });
});

describe('torchsummary(arch)', () => {
  test('owns every param of every preset', () => {
    for (const { arch } of presets) {
      const params = lower(arch).reduce((sum, op) => sum + costOf(op).params, 0);
      expect(torchsummary(arch).params, arch.name).toBe(params);
    }
  });

  test.each([
    ['large', 173, ['4,166,344', '384.21', '15.89', '400.68'], 'AdaptiveAvgPool2d-168             [-1, 40, 1, 1]'],
    ['small', 114, ['2,256,024', '153.69', '8.61', '162.87'], 'AdaptiveAvgPool2d-109             [-1, 40, 1, 1]']
  ] as const)('prints the rows and sizes of article 004, %s', (size, rows, [params, pass, weights, all], pool) => {
    const lines = torchsummaryText(preset(`article-004-${size}`)).split('\n');
    expect(lines).toHaveLength(rows + 13);
    for (const line of [
      '            Conv2d-1         [-1, 16, 112, 112]             432',
      '          HSigmoid-3         [-1, 16, 112, 112]               0',
      `${pool}               0`,
      `Total params: ${params}`,
      'Input size (MB): 0.57',
      `Forward/backward pass size (MB): ${pass}`,
      `Params size (MB): ${weights}`,
      `Estimated Total Size (MB): ${all}`
    ])
      expect(lines).toContain(line);
  });

  test('is that of the article whatever the table is called, and of no article for the table of a paper', () => {
    const large = preset('article-004-large');
    const renamed: Architecture = { ...large, name: 'Mine', input: [192, 192, 3], classes: 10 };
    expect(torchsummary({ ...renamed, classes: large.classes }).rows).toHaveLength(173);
    const layers = (arch: Architecture): readonly string[] => torchsummary(arch).rows.map(({ layer }) => layer);
    expect(layers(renamed)).toEqual(layers(large));
    const paper = { ...preset('v3-large'), name: large.name };
    expect(layers(paper)).toEqual(layers(preset('v3-large')));
    // The order of the fields of a table that was read from a file does not matter.
    const turned = Object.fromEntries(Object.entries(renamed).reverse()) as unknown as Architecture;
    expect(layers(turned)).toEqual(layers(large));
    // An edited table is still the article's while it bears its name.
    expect(layers({ ...large, rows: large.rows.slice(0, -1) })).toContain('HSwish-4');
  });

  test('rounds an exact half to the even digit, as C does', () => {
    const sized = (height: number, width: number) => {
      const arch: Architecture = { ...preset('v1'), input: [height, width, 1] };
      return torchsummaryText(arch)
        .split('\n')
        .find((text) => text.startsWith('Input size'));
    };
    // 0.125 and 0.375 MiB.
    expect([sized(128, 256), sized(384, 256)]).toEqual(['Input size (MB): 0.12', 'Input size (MB): 0.38']);
  });
});
