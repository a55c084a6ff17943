/** @file Golden training: tiny networks that PyTorch trained in float64, and their tables; every golden file named gradients*.json. */
import { readdirSync } from 'node:fs';
import type { Architecture, NL, Row, SqueezeExcite, Stride } from '../../src/lib/arch/architecture';
import { classifier, separable } from '../../src/lib/arch/presets/rows';
import type { Batch } from '../../src/lib/engine/engine';
import { lower } from '../../src/lib/ops/lower';
import type { Op } from '../../src/lib/ops/op';
import type { Tensors } from '../../src/lib/weights/checkpoint';
import { goldenInput, goldenPath, goldenTensors, readGolden, type GoldenFill } from './golden';
import { bneck } from './small-networks';

/** Name, L2 norm, sum, first values. */
type Summary = readonly [name: string, norm: number, sum: number, first: readonly number[]];

/** Name, the first running means, running variances as PyTorch moves them, and by the biased variance, as we do. */
type Moved = readonly [name: string, mean: readonly number[], torch: readonly number[], biased: readonly number[]];

export interface Expected {
  readonly loss: number;
  readonly 'loss_label_smoothing_0.1'?: number;
  /** By optimiser: the loss before each of five steps, and after the last, on the same batch. */
  readonly losses: Readonly<Record<string, { readonly losses: readonly number[] }>>;
  readonly after_5_sgd_momentum?: {
    readonly params: readonly (readonly [name: string, norm: number, first: readonly number[]])[];
    readonly eval_logits: readonly (readonly number[])[];
  };
  readonly bn_after_one_forward?: { readonly rows: readonly Moved[] };
  readonly grads: readonly Summary[];
}

interface Case extends GoldenFill {
  readonly labels: readonly number[];
  readonly eval_logits: readonly (readonly number[])[];
  readonly torch: Expected;
  readonly tfsame: Expected;
}

const norm = (epsilon: number, momentum = 0.9) => ({ epsilon, momentum });
const base = { format: 1, input: [24, 24, 3], classes: 5, convBias: false, scaling: 'v3' } as const;
const stem = (nl: NL) => ({ kernel: 3, out: 8, nl, stride: 2 }) as const;
const relu = (out: number, stride: Stride): Row => ({ ...separable(out, stride), nl: 'relu' });

/** A bneck whose SE or shortcut is not the paper's. */
function article(row: ReturnType<typeof bneck>, se: Partial<SqueezeExcite>, rest: Partial<typeof row>): Row {
  return { ...row, ...rest, se: row.se && { ...row.se, ...se } };
}

const first = { nl: 'hardSwish' } as const;
const second = { place: 'afterProject', norm: true, bias: false } as const;
const zeroth = { gate: 'sigmoid', bias: false } as const;

/** The tiny networks as tables. */
export const goldenTables: Readonly<Record<string, Omit<Architecture, 'name' | 'padding'>>> = {
  tiny_v3: {
    ...base,
    norm: norm(1e-3, 0.99),
    stem: stem('hardSwish'),
    rows: [bneck(3, 16, 8, 8, 'relu', 1), bneck(5, 24, 16, 8, 'hardSwish', 2), bneck(3, 40, 16, 16, 'hardSwish', 1)],
    head: classifier({ out: 32, nl: 'hardSwish' }, { out: 24, nl: 'hardSwish' })
  },
  tiny_v2: {
    ...base,
    norm: norm(1e-5),
    stem: stem('relu6'),
    rows: [bneck(3, 8, 8, 0, 'relu6', 1), bneck(3, 48, 16, 0, 'relu6', 2), bneck(3, 96, 16, 0, 'relu6', 1)],
    head: classifier(null, null)
  },
  tiny_seed000_restored: {
    ...base,
    norm: norm(1e-5),
    stem: stem('relu'),
    rows: [
      article(bneck(3, 16, 8, 4, 'shiftedSwish', 1), zeroth, {}),
      article(bneck(3, 24, 16, 6, 'shiftedSwish', 2), zeroth, {}),
      bneck(3, 64, 16, 0, 'shiftedSwish', 1)
    ],
    head: classifier(null, null)
  },
  tiny_seed001: {
    ...base,
    norm: norm(1e-5),
    stem: stem('hardSwish'),
    rows: [
      article(bneck(3, 16, 8, 4, 'relu', 1), first, { shortcut: 'none' }),
      article(bneck(5, 24, 16, 6, 'hardSwish', 2), first, { shortcut: 'none' }),
      article(bneck(3, 40, 16, 10, 'hardSwish', 1), first, { shortcut: 'none' })
    ],
    head: classifier(null, null)
  },
  tiny_seed002: {
    ...base,
    norm: norm(1e-5),
    stem: stem('hardSwish'),
    rows: [
      article(bneck(3, 16, 8, 2, 'relu', 1), second, { shortcut: 'conv' }),
      article(bneck(5, 24, 16, 4, 'hardSwish', 2), second, { shortcut: 'conv' }),
      article(bneck(3, 40, 24, 6, 'hardSwish', 1), second, { shortcut: 'conv' })
    ],
    head: classifier(null, null)
  },
  tiny_seed003: {
    ...base,
    norm: norm(1e-5),
    stem: stem('relu'),
    rows: [relu(16, 1), relu(24, 2), relu(24, 1)],
    head: classifier(null, null)
  },
  tiny_seed004: {
    ...base,
    norm: norm(1e-5),
    stem: stem('hardSwish'),
    rows: [bneck(3, 8, 8, 2, 'relu', 1), bneck(3, 36, 16, 9, 'hardSwish', 2), bneck(3, 58, 16, 14, 'hardSwish', 1)],
    head: classifier(null, null)
  }
};

/** A golden case under one padding, ready to train. */
export interface GoldenTraining {
  readonly name: string;
  readonly padding: 'torch' | 'tfsame';
  readonly arch: Architecture;
  readonly ops: readonly Op[];
  readonly tensors: Tensors;
  readonly batch: Batch;
  readonly expected: Expected;
  /** Logits of the untrained network in inference mode, symmetric padding. */
  readonly evalLogits: readonly number[];
}

type Files = Readonly<Record<string, Readonly<Record<string, Case>>>>;

/** The cases of every file by file name; none where the golden data is absent. */
function files(): Files {
  const folder = goldenPath('.');
  const names = folder ? readdirSync(folder).filter((name) => /^gradients.*\.json$/.test(name)) : [];
  const pairs = names.map(
    (name) => [name, readGolden<{ readonly cases: Record<string, Case> }>(name)?.cases ?? {}] as const
  );
  return Object.fromEntries(pairs);
}

const known = files();

/** Names of the golden networks. */
export const goldenNames = [...new Set(Object.values(known).flatMap((cases) => Object.keys(cases)))];

/** Every case under every padding; the table comes by name. */
export const goldenTrainings: readonly GoldenTraining[] = Object.entries(known).flatMap(([file, cases]) =>
  Object.entries(cases).flatMap(([name, wanted]) =>
    (['torch', 'tfsame'] as const).map((padding): GoldenTraining => {
      const table = goldenTables[name];
      if (!table) throw new Error(`${name} of ${file} must have a table`);
      const arch: Architecture = { ...table, name, padding: padding === 'torch' ? 'symmetric' : 'same' };
      const ops = lower(arch);
      const labels = Uint8Array.from(wanted.labels);
      return {
        name: file === 'gradients.json' ? name : `${file} ${name}`,
        padding,
        arch,
        ops,
        tensors: goldenTensors(ops, wanted),
        batch: { count: labels.length, images: goldenInput(wanted), labels },
        expected: wanted[padding],
        evalLogits: wanted.eval_logits.flat()
      };
    })
  )
);
