/** @file Counts and listings of frameworks, receptive fields and peaks, against PyTorch, fvcore and torchsummary. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Architecture } from '../../src/lib/arch/architecture';
import { withOutputStride } from '../../src/lib/arch/output-stride';
import { presetById } from '../../src/lib/arch/presets/catalogue';
import { reduceTail } from '../../src/lib/arch/reduced-tail';
import { scaleWidth, withInput } from '../../src/lib/arch/scale';
import { withHead } from '../../src/lib/arch/with-head';
import { countAs } from '../../src/lib/cost/count-as';
import { listingOf, type Part } from '../../src/lib/cost/listing';
import { peakOf, type Step } from '../../src/lib/cost/liveness';
import { receptiveFields } from '../../src/lib/cost/receptive-field';
import { torchsummary, torchsummaryText } from '../../src/lib/cost/torchsummary';
import { lower } from '../../src/lib/ops/lower';
import { readGolden } from '../support/golden';

interface Counts {
  readonly madds: number;
  readonly fvcore: number;
  readonly act_elems: number;
  readonly peak_naive: readonly [number, string];
  readonly peak_inplace: readonly [number, string];
}
interface Network extends Counts {
  readonly input: readonly [channels: number, height: number, width: number];
  readonly sizes: Readonly<Record<string, Counts>>;
}
interface Table {
  readonly rows: readonly (readonly [string, string, string, number[], number, number, number, number])[];
}

const preset = (id: string): Architecture => presetById(id)?.arch ?? expect.fail(`no preset ${id}`);

/** Our table for each reference network, and nothing left out. */
function tableOf(id: string): Architecture {
  const width = Number(/_w([\d.]+)/.exec(id)?.[1] ?? 1);
  const from = (name: string): Architecture => scaleWidth(preset(name), width);
  if (id.startsWith('tv_mobilenet_v2')) return from('v2');
  if (id.startsWith('tv_mobilenet_v3')) {
    const base = preset(id.includes('large') ? 'v3-large' : 'v3-small');
    const tail = id.includes('_rt') ? reduceTail(base) : base;
    const wide = scaleWidth(tail, width);
    return id.endsWith('_dil') ? withOutputStride(wide, 16) : wide;
  }
  // The class that the references are made with has no dropout.
  if (id.startsWith('v1_paper')) return { ...from('v1'), head: from('article-003').head };
  if (id.startsWith('v1_seed003') || id === 'seed003_v1') return from('article-003');
  if (id.startsWith('tv_lraspp')) return withHead(preset('v3-large'), 'lraspp');
  if (id.startsWith('tv_ssdlite320')) {
    const base = preset('v3-large');
    return withHead(id.endsWith('fulltail') ? base : reduceTail(base), 'ssdlite');
  }
  const article: Record<string, string> = {
    seed001_v3_large: 'article-001-large',
    seed001_v3_small: 'article-001-small',
    seed002_v3_large: 'article-002-large',
    seed002_v3_small: 'article-002-small',
    seed004_v3_large: 'article-004-large',
    seed004_v3_small: 'article-004-small',
    seed004_v3_large_columnfix: 'article-004-large-repaired',
    seed004_v3_small_columnfix: 'article-004-small-repaired',
    seed000_inverted_residual_literal: 'article-000-inverted-residual',
    seed000_inverted_residual_restored: 'article-000-inverted-residual-repaired',
    seed000_se_literal: 'article-000-se',
    seed000_se_restored: 'article-000-se-repaired',
    seed000_depthwise_separable: 'article-000-separable',
    seed000_conv_dil2: 'article-000-conv',
    seed000_dwconv_dil2_yolov5: 'article-000-dwconv',
    seed000_dwconv_dil2_dwpw: 'article-000-dwconv-pointwise'
  };
  if (id === 'seed002_v3_large_backbone') {
    const large = preset('article-002-large');
    return { ...large, head: { kind: 'features', outIndices: [large.rows.length - 1] } };
  }
  return preset(article[id] ?? id);
}

const networks = readGolden<{ networks: Record<string, Network> }>('networks.json')?.networks;
const fields = readGolden<{
  networks: Record<string, { rows: (readonly [string, number, number, number, number])[] }>;
}>('receptive_field.json')?.networks;
interface Printed {
  readonly rows: (readonly [string, readonly number[], number])[];
}
const printed = readGolden<{ large: Printed; small: Printed }>('seed004_summary.json');
if (!networks) process.stdout.write('framework counts: skipped, no reference files here\n');

const elements = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Unfused parts as a run: every part has a buffer of its own; in place, norms and activations overwrite theirs. */
function peakElements(arch: Architecture, parts: readonly Part[], inPlace: boolean): number {
  const real = parts.filter((part) => part.kind !== 'block');
  const alias = new Map<string, string>();
  const steps: Step[] = [];
  for (const part of real) {
    const inputs = part.inputs.map((id) => alias.get(id) ?? id);
    if (part.kind === 'identity') alias.set(part.id, inputs[0] ?? '');
    const unary = part.kind === 'norm' || (part.kind === 'activation' && part.modules.length > 0);
    if (part.kind === 'identity') continue;
    steps.push({ id: part.id, inputs, bytes: elements(part.out), overwrites: inPlace && unary ? inputs : [] });
  }
  const last = steps.at(-1)?.id ?? '';
  return peakOf({ steps, pictureBytes: elements(arch.input), outputs: [last] }).peakBytes;
}

describe.runIf(networks)('every reference network', () => {
  test.for(Object.entries(networks ?? {}))('%s counts as fvcore does, at every size', ([id, network]) => {
    const arch = tableOf(id);
    const [channels, height, width] = network.input;
    const sizes = Object.entries(network.sizes).map(([size, counts]): [number[], Counts] => [
      size.split('x').map(Number),
      counts
    ]);
    for (const [[high = 0, wide = 0], counts] of [[[height, width], network] as [number[], Counts], ...sizes]) {
      const sized = withInput(arch, [high, wide, channels]);
      const parts = listingOf(sized);
      expect(parts.reduce((sum, part) => sum + part.madds, 0)).toBe(counts.madds);
      expect(countAs(sized, 'fvcore')).toBe(counts.fvcore);
      const made = parts.filter((part) => part.kind !== 'identity' && part.kind !== 'block');
      expect(made.reduce((sum, part) => sum + elements(part.out), 0)).toBe(counts.act_elems);
      expect([peakElements(sized, parts, false), peakElements(sized, parts, true)]).toEqual([
        counts.peak_naive[0],
        counts.peak_inplace[0]
      ]);
    }
  });

  test.for(Object.keys(networks ?? {}))('%s lists the calls that PyTorch makes', (id) => {
    const golden = readGolden<Table>(`tables/${id}.json`) ?? expect.fail();
    const ours = listingOf(tableOf(id)).filter((part) => part.kind !== 'block');
    const seen = ours.map((part) => `${part.type} ${part.params} ${part.madds} ${elements(part.out)}`);
    const theirs = golden.rows.map(([, type, , out, params, madds]) => `${type} ${params} ${madds} ${elements(out)}`);
    // The detector's two heads run in another order.
    const sorted = id.includes('ssdlite');
    expect(sorted ? [...seen].sort() : seen).toEqual(sorted ? [...theirs].sort() : theirs);
  });
});

describe.runIf(fields)('receptiveFields(ops)', () => {
  const tables: Record<string, () => Architecture> = {
    tv_mobilenet_v3_large: () => preset('v3-large'),
    tv_mobilenet_v3_small: () => preset('v3-small'),
    tv_mobilenet_v3_large_dil: () => withOutputStride(preset('v3-large'), 16),
    tv_mobilenet_v3_small_dil: () => withOutputStride(preset('v3-small'), 16),
    tv_mobilenet_v2: () => preset('v2'),
    v1_paper: () => preset('v1'),
    v1_seed003: () => preset('article-003'),
    seed001_v3_large: () => preset('article-001-large'),
    seed004_v3_large: () => preset('article-004-large'),
    seed004_v3_small: () => preset('article-004-small')
  };

  test('has a table for each reference', () => {
    expect(Object.keys(tables)).toEqual(Object.keys(fields ?? {}));
  });

  test.for(Object.entries(fields ?? {}))(
    '%s sees what PyTorch back-propagates to, under both paddings',
    ([id, golden]) => {
      const rows = (padding: Architecture['padding']): [number, number, number][] => {
        // Even at every stride of 2, as the reference is.
        const arch = { ...withInput(tables[id]?.() ?? expect.fail(), [1024, 1024, 3]), padding };
        const ops = lower(arch);
        const seen = receptiveFields(ops);
        const main = ops.filter((op) => op.kind === 'conv' || op.kind === 'depthwise');
        return main.map((op) => {
          const { size, jump, start } = seen.get(op.id) ?? expect.fail();
          expect([size[0], jump[0], start[0]]).toEqual([size[1], jump[1], start[1]]);
          return [size[0], jump[0], start[0]];
        });
      };
      expect(rows('symmetric')).toEqual(golden.rows.map(([, size, jump, symmetric]) => [size, jump, symmetric]));
      expect(rows('same')).toEqual(golden.rows.map(([, size, jump, , same]) => [size, jump, same]));
    }
  );
});

describe.runIf(printed)('torchsummary(arch)', () => {
  test.for([
    ['large', 173, 4_166_344],
    ['small', 114, 2_256_024]
  ] as const)('%s of article 004 has every row', ([size, rows, params]) => {
    const summary = torchsummary(preset(`article-004-${size}`));
    expect([summary.rows.length, summary.params]).toEqual([rows, params]);
    expect(summary.rows.map((row) => [row.layer, row.shape, row.params])).toEqual(printed?.[size].rows);
  });

  const folder = join(process.cwd(), '../shared/seeds');
  const seed = existsSync(folder) ? readdirSync(folder).find((name) => name.startsWith('004')) : undefined;
  const article = seed === undefined ? '' : readFileSync(join(folder, seed), 'utf8').replaceAll('\r\n', '\n');
  test.runIf(seed).for(['large', 'small'] as const)('%s is printed letter for letter as the article has it', (size) => {
    const text = torchsummaryText(preset(`article-004-${size}`));
    expect(text).toContain(
      size === 'large' ? 'Estimated Total Size (MB): 400.68' : 'Estimated Total Size (MB): 162.87'
    );
    const name = size === 'large' ? 'MobileNetV3-Large Summary:' : 'MobileNetV3-Small Summary:';
    const from = article.lastIndexOf(`${name}\n`) + name.length + 1;
    expect(article.slice(from, from + text.length)).toBe(text);
  });
});
