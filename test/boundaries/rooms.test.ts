/** @file The room rules: the source keeps them, and each of them catches a violation planted for it. */
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../scripts/setup.mjs';
import { cruise, withPlanted, type Findings } from './plant';

const config = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as {
  forbidden: readonly { name: string }[];
};

/** Files the planted imports lead to; clean in themselves. */
const targets = {
  'src/lib/base/target.ts': 'export const base = 1;',
  'src/lib/engine/engine.ts': 'export interface Engine { name: string }\nexport const open = 1;',
  'src/lib/runtimes/onnx.ts': 'export const onnx = 1;',
  'src/lib/export/target.ts': 'export const target = 1;',
  'src/lib/lessons/target.ts': 'export const target = 1;',
  'src/lib/components/Picture.svelte': '<p>Picture</p>',
  'src/lib/components/layout.ts': 'export const layout = 1;',
  'src/lib/state/target.svelte.ts': 'export const target = 1;',
  'src/workers/train/worker.ts': 'export const worker = 1;',
  'src/workers/train/client.ts': 'export const client = 1;',
  'src/routes/target.ts': 'export const target = 1;',
  'src/paraglide/messages.js': 'export const m = 1;',
  'src/lib/base/target.test.ts': 'export const fixture = 1;'
};

const libs = [
  'base',
  'arch',
  'ops',
  'cost',
  'weights',
  'data',
  'task',
  'engine',
  'latency',
  'search',
  'netadapt',
  'import',
  'diagram',
  'export'
];
const forward = libs.map((room): [string, string, string] => {
  const rule = room === 'engine' ? 'engine+runtimes' : room;
  const to = room === 'export' ? '$lib/lessons/target' : '$lib/export/target';
  const own = room === 'export' || room === 'lessons' ? '$lib/lessons/target' : to;
  return [`walk-forward-only:${rule}`, `src/lib/${room}/forward.ts`, own];
});

/** Rule, planted file, what it imports (a whole text when it has a line of its own). */
const planted: readonly (readonly [rule: string, file: string, imports: string])[] = [
  ['nothing-unresolved', 'src/lib/arch/lost.ts', '$lib/arch/nowhere'],
  ['no-cycle', 'src/lib/ops/chicken.ts', './egg'],
  ...forward,
  ['walk-forward-only:lessons', 'src/lib/lessons/forward.ts', '$lib/components/layout'],
  ['walk-forward-only:arch', 'src/lib/arch/to-worker.ts', '$workers/train/client'],
  ['engine-and-runtimes-apart', 'src/lib/engine/apart.ts', '$lib/runtimes/onnx'],
  ['engine-and-runtimes-apart', 'src/lib/runtimes/apart.ts', '$lib/engine/engine'],
  ['injected-engine', 'src/lib/search/engine.ts', '$lib/engine/engine'],
  [
    'injected-engine',
    'src/lib/netadapt/type.ts',
    "import type { Engine } from '$lib/engine/engine';\nexport type E = Engine;"
  ],
  ['tfjs-in-one-room', 'src/lib/latency/tfjs.ts', '@tensorflow/tfjs'],
  ['tfjs-in-one-room', 'src/workers/train/tfjs.ts', '@tensorflow/tfjs-backend-wasm'],
  ['runtimes-in-one-room', 'src/workers/train/ort.ts', 'onnxruntime-web/wasm'],
  ['pure-rooms', 'src/lib/weights/worker.ts', 'comlink'],
  ['pure-rooms', 'src/lib/arch/runes.ts', 'svelte'],
  ['pure-rooms', 'src/lib/cost/picture.ts', 'd3-scale'],
  ['pure-rooms-no-node', 'src/lib/latency/file.ts', 'node:fs'],
  ['page-loads-no-engine', 'src/lib/state/engine.svelte.ts', '$lib/engine/engine'],
  [
    'page-loads-no-engine',
    'src/routes/+page.svelte',
    '<script lang="ts">import { open } from \'$lib/engine/engine\';</script>{open}'
  ],
  ['clients-only', 'src/lib/state/worker.svelte.ts', '$workers/train/worker'],
  ['components-take-props', 'src/lib/components/stateful.ts', '$lib/state/target.svelte'],
  ['components-take-props', 'src/lib/components/client.ts', '$workers/train/client'],
  ['workers-are-headless', 'src/workers/train/picture.ts', '$lib/components/layout'],
  ['cli-is-headless', 'src/cli/picture.ts', '$lib/components/layout'],
  ['page-needs-no-node', 'src/workers/train/file.ts', 'node:fs'],
  ['d3-only-draws', 'src/lib/state/scale.svelte.ts', 'd3'],
  ['state-knows-no-page', 'src/lib/state/picture.svelte.ts', '$lib/components/Picture.svelte'],
  ['routes-are-leaves', 'src/lib/components/page.ts', '../../routes/target'],
  ['source-needs-no-test', 'src/lib/base/fixture.ts', './target.test'],
  ['declared-packages-only', 'src/lib/base/undeclared.ts', 'rolldown']
];

/** What must stay allowed, so that the rules do not pass by forbidding everything. */
const allowed = {
  'src/lib/components/typed.ts': "import type { Engine } from '$lib/engine/engine';\nexport type E = Engine;",
  'src/lib/state/client.svelte.ts':
    "import { client } from '$workers/train/client';\nimport { layout } from '$lib/components/layout';\nexport { client, layout };",
  'src/workers/train/join.ts':
    "import { open } from '$lib/engine/engine';\nimport { base } from '$lib/base/target';\nexport { open, base };",
  'src/lib/engine/tfjs/core.ts': "import * as tf from '@tensorflow/tfjs';\nexport { tf };",
  'src/lib/components/scale.ts': "import { scaleLinear } from 'd3';\nexport { scaleLinear };"
};

const importing = (text: string): string =>
  /[\n;<]/.test(text) ? text : `import * as planted from '${text}';\nexport { planted };\n`;

describe('the source', () => {
  let found: Findings;
  beforeAll(async () => {
    found = await cruise(root);
  });

  test('keeps every room rule', () => {
    expect(found.violations).toEqual([]);
  });

  test('was really followed through its aliases', () => {
    expect(found.files).toBeGreaterThan(50);
    expect(found.followedAliases).toBeGreaterThan(50);
  });
});

describe('a planted violation', () => {
  let found: Findings;
  beforeAll(async () => {
    const files = Object.fromEntries(planted.map(([, file, text]) => [file, importing(text)]));
    const egg = { 'src/lib/ops/egg.ts': importing('./chicken') };
    found = await withPlanted({ ...targets, ...allowed, ...egg, ...files }, cruise);
  });

  test.each(planted)('of %s is caught in %s', (rule, file) => {
    expect(found.violations.filter(({ from }) => from === file).map((violation) => violation.rule)).toContain(rule);
  });

  test('exists for every rule of the configuration', () => {
    const tried = new Set(planted.map(([rule]) => rule));
    expect(config.forbidden.map((rule) => rule.name).filter((name) => !tried.has(name))).toEqual([]);
  });

  test.each(Object.keys(allowed))('is not seen in %s, which does what is allowed', (file) => {
    expect(found.violations.filter(({ from }) => from === file)).toEqual([]);
  });
});
