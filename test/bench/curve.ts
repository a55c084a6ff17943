/**
 * @file Benchmarks: draws a kept comparison with PyTorch into docs/training-light.svg and -dark.svg and writes its figures
 * into README, between the two marks there. Argument: the network's short name (small).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { readComparisons, type Comparison, type Course, type Epoch } from './accuracy-result';
import { curvePicture, type Theme } from './curve-picture';

const [name = 'small'] = process.argv.slice(2);
const kept = readComparisons()[name];
if (!kept)
  throw new Error(`accuracy.json: must hold ${name}; node test/bench/run.mjs accuracy ${name} 1,2,3 writes it`);

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
const seconds = (courses: readonly Course[]): string => mean(courses.map(({ cpuSeconds }) => cpuSeconds)).toFixed(0);

/** The means over all seeds, epoch by epoch. */
function averaged(courses: readonly Course[]): readonly Epoch[] {
  const [first] = courses;
  return (first?.epochs ?? []).map((_, i) => {
    const of = (key: keyof Epoch): number => mean(courses.map(({ epochs }) => epochs[i]?.[key] ?? NaN));
    return {
      trainLoss: of('trainLoss'),
      trainAccuracy: of('trainAccuracy'),
      validationLoss: of('validationLoss'),
      validationAccuracy: of('validationAccuracy')
    };
  });
}

/** What README says of the comparison. */
function section({ network, params, madds, engine, machine, recipe, pairs }: Comparison): string {
  const ours = pairs.map((pair) => pair.ours);
  const theirs = pairs.flatMap((pair) => pair.theirs ?? []);
  const [here, there] = [averaged(ours), averaged(theirs)];
  const last = (epochs: readonly Epoch[]): number => epochs.at(-1)?.validationAccuracy ?? NaN;
  const row = (head: string, cells: readonly (string | number)[]): string => `| ${head} | ${cells.join(' | ')} |`;
  const table = [
    row(
      'mean after epoch',
      here.map((_, i) => i + 1)
    ),
    row(
      '---',
      here.map(() => '---')
    ),
    ...(
      [
        ['Bneck', here],
        ['PyTorch', there]
      ] as const
    ).map(([who, epochs]) =>
      row(
        `${who}, validation, %`,
        epochs.map(({ validationAccuracy }) => (validationAccuracy * 100).toFixed(1))
      )
    )
  ];
  const seeds = pairs.map(({ seed, ours: own, theirs: other }) => {
    return `seed ${seed} ${percent(last(own.epochs))} (PyTorch ${percent(other ? last(other.epochs) : NaN)})`;
  });
  const words = `${network} (${params.toLocaleString('en')} parameters, ${(madds / 1e6).toFixed(2)} M MAdds)`;
  const apart = (100 * (last(here) - last(there))).toFixed(2).replace('-', '−');
  return `${words} was trained here and in PyTorch ${machine.torch ?? ''}: the bundled pictures, ${recipe.epochs} epochs of batch ${recipe.batchSize}, SGD with Nesterov momentum, cosine, mirrored; the same first weights, the very same batches and the same values dropped. One thread each, build ${engine}, ${machine.cores} cores (${machine.cpu}, load ${machine.load.join(', ')} at the end).

<picture>
  <source media="(prefers-color-scheme: dark)" srcset="docs/training-dark.svg">
  <img alt="Accuracy and loss of ${network} here and in PyTorch, epoch by epoch" src="docs/training-light.svg">
</picture>

${table.join('\n')}

At the end: ${seeds.join(', ')}; the means differ by ${apart} points. The core used ${seconds(ours)} s of CPU time a training, validation included, PyTorch ${seconds(theirs)} s.`;
}

const ours = averaged(kept.pairs.map((pair) => pair.ours));
const theirs = averaged(kept.pairs.flatMap((pair) => pair.theirs ?? []));
if (theirs.length !== ours.length) throw new Error(`accuracy.json: ${name} must hold PyTorch's training, too`);
const seeds = kept.pairs.length === 1 ? 'one seed' : `means of ${kept.pairs.length} seeds`;
for (const theme of ['light', 'dark'] satisfies Theme[]) {
  const title = `${kept.network}, here and in PyTorch, ${seeds}`;
  writeFileSync(`docs/training-${theme}.svg`, curvePicture({ title, ours, theirs }, theme));
}
const [begin, end] = ['<!-- training curve: written by test/bench/curve.ts -->', '<!-- end of training curve -->'];
const readme = readFileSync('README.md', 'utf8');
const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
if (from < 0 || to < from) throw new Error(`README.md: must hold ${begin} and ${end}`);
writeFileSync('README.md', `${readme.slice(0, from + begin.length)}\n\n${section(kept)}\n\n${readme.slice(to)}`);
console.log('written to docs/training-light.svg, docs/training-dark.svg and README.md');
