/** @file Test support: the networks that every exported format is checked on, with numbers, pictures and our own answers. */
import fc from 'fast-check';
import type { Architecture, Padding } from '../../src/lib/arch/architecture';
import { applyNetworkOptions, type NetworkChange } from '../../src/lib/arch/options';
import { checkArchitecture } from '../../src/lib/arch/parse';
import { presetById, presets } from '../../src/lib/arch/presets/catalogue';
import { openSimdEngine } from '../../src/lib/engine/simd/network';
import { lowerWithOutputs } from '../../src/lib/ops/lower';
import type { Tensors } from '../../src/lib/weights/checkpoint';
import { goldenInput, goldenTensors } from '../../src/lib/weights/golden-weights';
import { randomTables } from './random-tables';
import { coreOfTests } from './simd-core';

/** A network to export. */
export interface ExportCase {
  readonly name: string;
  readonly arch: Architecture;
}

/** A preset at a width and size that run in milliseconds. */
export function smallPreset(id: string, change: NetworkChange): ExportCase {
  const preset = presetById(id);
  if (!preset) throw new Error(`test: no preset ${id}`);
  const arch = applyNetworkOptions(preset.arch, change);
  const [issue] = checkArchitecture(arch);
  if (issue) throw new Error(`test: ${id}: ${issue.path} ${issue.message}`);
  const head = change.head ? ` ${change.head}` : '';
  return { name: `${id}${head} ${arch.input.slice(0, 2).join('×')} ${arch.padding}`, arch };
}

const paddings: readonly Padding[] = ['same', 'symmetric'];
/** Even and odd: the two paddings differ on one, the last window on the other. */
const sizes = [64, 65] as const;

const classifiers = ['v1', 'v2', 'v3-large', 'v3-small', 'v3-large-minimalistic', 'v3-small-minimalistic'];

/** Every padding at every size. */
function spread(id: string, change: NetworkChange): ExportCase[] {
  const preset = presetById(id)?.arch;
  if (!preset) return [];
  const channels = preset.input[2];
  // A single block reads a deep map: a small one will do.
  return paddings.flatMap((padding) =>
    (channels > 3 ? [20, 21] : sizes).map((side) =>
      smallPreset(id, { ...change, padding, input: [side, side, channels] })
    )
  );
}

/** Networks by kind: the family, what articles print, heads, and tables drawn at random. */
export function exportCases(randoms = 20): readonly ExportCase[] {
  const articles = presets.filter(({ id }) => id.startsWith('article')).map(({ id }) => id);
  const drawn = fc
    .sample(randomTables({ width: 24, rows: 5, input: 33, classes: 7 }), { numRuns: randoms, seed: 20 })
    .map((arch, i) => ({ name: `random table ${i}`, arch }));
  return [
    ...classifiers.flatMap((id) => spread(id, { width: 0.35, classes: 10 })),
    ...articles.flatMap((id) => spread(id, { width: 0.35 }).filter((_, i) => i === 0 || i === 3)),
    ...['lraspp', 'lraspp-paper', 'ssdlite', 'features'].flatMap((head) =>
      spread('v3-large', { width: 0.35, head: head as 'lraspp', classes: 5 }).filter((_, i) => i === 1 || i === 2)
    ),
    ...drawn
  ];
}

/** A sample for every day: each network at one or two of its paddings and sizes, all of which occur; fewer drawn tables. */
export function dailyCases(): readonly ExportCase[] {
  const seen = new Map<string, number>();
  return exportCases(8).filter(({ name }, i) => {
    const [network = ''] = name.split(/ \d/);
    const before = seen.get(network) ?? 0;
    seen.set(network, before + 1);
    return (
      name.startsWith('random') ||
      before % 2 === (classifiers.includes(network) ? classifiers.indexOf(network) % 2 : i % 2)
    );
  });
}

/** A case with its numbers, pictures [count, h, w, c] and what our own engine answers. */
export interface Answered extends ExportCase {
  readonly tensors: Tensors;
  readonly images: Float32Array;
  readonly count: number;
  /** By the name of the op that answers. */
  readonly answers: Readonly<Record<string, Float32Array>>;
}

const known = new Map<string, Promise<Answered>>();

/** Well-scaled numbers by seed, and the answers of our core; made once in a process, as several formats ask. */
export function answered(one: ExportCase, count = 2): Promise<Answered> {
  const key = `${count} ${JSON.stringify(one.arch)}`;
  const found = known.get(key) ?? answer(one, count);
  known.set(key, found);
  return found;
}

async function answer(one: ExportCase, count: number): Promise<Answered> {
  const { arch } = one;
  const tensors = goldenTensors(arch, 777, { batch: count });
  const images = goldenInput([count, ...arch.input], 777);
  const network = await openSimdEngine(await coreOfTests()).createNetwork(arch, tensors, count);
  const { outputs } = lowerWithOutputs(arch);
  const found = await network.activations(images, count, outputs);
  network.dispose();
  return { ...one, tensors, images, count, answers: Object.fromEntries(outputs.map((id) => [id, found[id]!])) };
}

/** The worst gap of what a file answered; Infinity where an answer is not there, or one too many. */
export function worstGap({ answers }: Answered, found: readonly { name: string; data: Float32Array }[]): number {
  const names = Object.keys(answers);
  if (found.length !== names.length) return Infinity;
  const gaps = names.map((id) => exportGap(answers[id] ?? [], found.find(({ name }) => name === id)?.data ?? []));
  return Math.max(...gaps);
}

/** Largest difference over max(1, largest of the expected); Infinity for other lengths or no number. */
export function exportGap(expected: ArrayLike<number>, got: ArrayLike<number>): number {
  if (expected.length !== got.length) return Infinity;
  let gap = 0;
  let largest = 1;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs((expected[i] as number) - (got[i] as number));
    if (Number.isNaN(difference)) return Infinity;
    gap = Math.max(gap, difference);
    largest = Math.max(largest, Math.abs(expected[i] as number));
  }
  return gap / largest;
}
