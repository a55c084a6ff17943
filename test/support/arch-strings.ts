/** @file Test support: tables bent to what timm and torchvision can say, what two tables share, and broken listings. */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Architecture, BneckRow, NL, Row } from '../../src/lib/arch/architecture';
import { checkArchitecture } from '../../src/lib/arch/parse';
import { widthAfter } from '../../src/lib/arch/rules';
import { plainSqueezeExcite } from '../../src/lib/arch/squeeze-excite';
import { lower } from '../../src/lib/ops/lower';
import type { RowsRead } from '../../src/lib/import/rows/read';

/** All that two tables of one network share: the ops without their names, and what no op says. */
export function networkOf(arch: Architecture): unknown {
  const ops = lower(arch);
  const at = new Map(ops.map((op, index) => [op.id, index]));
  const plain = ops.map(({ id: _, column: __, inputs, ...op }) => ({ ...op, inputs: inputs.map((id) => at.get(id)) }));
  const dropout = arch.head.kind === 'classifier' ? arch.head.dropout : 0;
  return { ops: plain, input: arch.input, classes: arch.classes, dropout };
}

const eighth = (width: number): number => Math.max(8, 8 * Math.round(width / 8));
const norm = { epsilon: 1e-3, momentum: 0.99 } as const;

/** Rows with another field, each told the width it reads. */
function walk(arch: Architecture, change: (row: Row, width: number) => Row): readonly Row[] {
  let width = arch.stem?.out ?? arch.input[2];
  return arch.rows.map((row) => {
    const next = change(row, width);
    width = widthAfter(next, width);
    return next;
  });
}

const strides = ({ rows }: Architecture): number => rows.filter((row) => 'stride' in row && row.stride === 2).length;

/** The nearest table that timm's strings can say: with a hidden layer MobileNetV3, without EfficientNet. */
export function bentToTimm(arch: Architecture): Architecture {
  const known = (nl: NL): NL => (nl === 'shiftedSwish' || nl === 'linear' ? 'relu' : nl);
  const nl = known(arch.stem?.nl ?? 'relu');
  const old = arch.head.kind === 'classifier' ? arch.head : null;
  const hidden = old?.hidden ? { ...old.hidden, nl } : null;
  const efficient = hidden !== null;
  const stem = { kernel: efficient ? 3 : (arch.stem?.kernel ?? 3), out: arch.stem?.out ?? 16, nl, stride: 2 } as const;
  const bend = (row: Row, width: number): Row => {
    if (row.kind === 'depthwise' || row.kind === 'squeezeExcite') {
      return { kind: 'conv', kernel: 3, out: 12, nl: 'relu6', stride: 1, dilation: 1 };
    }
    const plain = { nl: known(row.nl), dilation: 1 };
    if (row.kind === 'separable') return { ...row, ...plain, between: 'normed' };
    if (row.kind === 'conv') return { ...row, ...plain };
    const expSize = row.expand === 'whenWider' && row.expSize % 3 === 0 ? width : eighth(row.expSize);
    const se = row.se && {
      channels: row.se.channels,
      nl: plain.nl,
      gate: 'sigmoid' as const,
      bias: true,
      norm: false,
      place: 'afterDepthwise' as const
    };
    return { ...row, ...plain, expSize, se, shortcut: row.shortcut === 'conv' ? 'identity' : row.shortcut };
  };
  const head = {
    kind: 'classifier',
    conv: efficient
      ? old?.conv
        ? { ...old.conv, nl: known(old.conv.nl) }
        : null
      : (old?.conv ?? null) && { out: 40, nl },
    hidden,
    dropout: 0.2,
    logitsBias: true
  } as const;
  const bent: Architecture = { ...arch, norm: arch.norm ?? norm, convBias: false, stem, head };
  const flat = efficient && strides(arch) > 4;
  const rows = walk(bent, (row, width) => {
    const next = bend(row, width);
    return flat && 'stride' in next ? { ...next, stride: 1 } : next;
  });
  return { ...bent, rows };
}

/** The nearest table that torchvision's rows can say: with a hidden layer MobileNetV3, without MobileNetV2. */
export function bentToTorchvision(arch: Architecture): Architecture {
  const v3 = arch.head.kind === 'classifier' && arch.head.hidden !== null;
  const nl: NL = v3 ? 'hardSwish' : 'relu6';
  const bend = (row: Row, width: number): Row => {
    const { kernel, stride, dilation } = 'kernel' in row ? row : ({ kernel: 5, stride: 1, dilation: 2 } as const);
    const out = eighth('out' in row ? row.out : width);
    const expSize = 'expSize' in row ? (row.expand === 'always' ? width : eighth(row.expSize)) : width;
    const se = v3 && row.kind === 'bneck' && row.se ? plainSqueezeExcite(expSize) : null;
    const bent: BneckRow = {
      kind: 'bneck',
      kernel: v3 ? kernel : 3,
      expSize,
      out,
      se,
      nl: v3 && 'nl' in row && row.nl !== 'hardSwish' ? 'relu' : nl,
      stride: v3 && dilation > 1 ? 1 : stride,
      dilation: v3 ? dilation : 1,
      expand: 'whenWider',
      shortcut: v3 && dilation > 1 && row.kind === 'bneck' && row.shortcut === 'none' ? 'none' : 'identity'
    };
    return bent;
  };
  const stem = { kernel: 3, out: v3 ? eighth(arch.stem?.out ?? 16) : 32, nl, stride: 2 } as const;
  const rows = walk({ ...arch, stem }, bend);
  const last = rows.reduce((width, row) => widthAfter(row, width), stem.out);
  const old = arch.head.kind === 'classifier' ? arch.head : null;
  return {
    ...arch,
    input: [arch.input[0], arch.input[1], 3],
    padding: arch.padding === 'valid' ? 'same' : arch.padding,
    norm: arch.norm ?? norm,
    convBias: false,
    scaling: v3 ? 'v3' : 'v2',
    stem,
    rows,
    head: {
      kind: 'classifier',
      conv: { out: v3 ? 6 * last : 1280, nl },
      hidden: v3 && old?.hidden ? { ...old.hidden, nl } : null,
      dropout: 0.5,
      logitsBias: true
    }
  };
}

/** Pieces that break a listing, or very nearly. */
const pieces = [
  ...[
    '[',
    ']',
    '(',
    ')',
    ',',
    '=',
    '\n',
    "'",
    '"',
    '"""',
    '#',
    '\\',
    '\u0000',
    '{',
    '}',
    ':',
    '.',
    '*',
    '**',
    '-',
    '_'
  ],
  ...[
    '_q7',
    '_e0',
    '_s3',
    '_k9',
    'r999999999',
    'c99999',
    '_se',
    '_noskip',
    '_d1',
    'cn_r1_k1_s1_c8',
    'uir_',
    "'ds_r1_k3_s1_c16'"
  ],
  ...[
    '__proto__',
    'constructor',
    'None',
    'True',
    'nan',
    '1e999',
    '-1',
    '0',
    '0.5',
    '99999999999999999999',
    'if',
    'else',
    'lambda x: x'
  ],
  ...[
    'bneck_conf(16, 3, 16, 16, True, "RE", 2, 1),',
    '[6, 24, 1e9, 2],',
    'width_mult=0',
    'partial(',
    'input_size = (3, 0, 1e9)\n'
  ],
  ...['['.repeat(300), "'x',".repeat(300), ' '.repeat(300), '_r1'.repeat(100)]
];

interface Edit {
  readonly at: number;
  readonly length: number;
  readonly piece: string;
}

const edits: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.oneof({ arbitrary: fc.nat(6), weight: 4 }, fc.nat(400)),
    piece: fc.oneof({ arbitrary: fc.constantFrom(...pieces), weight: 3 }, fc.constant(''), fc.string({ maxLength: 4 }))
  }),
  { minLength: 1, maxLength: 4 }
);

const edited = (text: string, all: readonly Edit[]): string =>
  all.reduce((from, { at, length, piece }) => {
    const start = Math.floor(at * from.length);
    return from.slice(0, start) + piece + from.slice(start + length);
  }, text);

/** Reads mutants of the texts: each is a whole table or refused with a reason, in at most 200 ms of processor time. */
export function tryMutants(
  parse: (text: string) => RowsRead,
  texts: readonly string[],
  options: { readonly numRuns: number; readonly seed: number }
): void {
  const outcomes = { ok: 0, bad: 0 };
  let slowest = 0;
  for (const text of texts) expect(parse(text).kind).toBe('ok');
  fc.assert(
    fc.property(fc.constantFrom(...texts), edits, (text, change) => {
      const mutant = edited(text, change);
      const before = process.cpuUsage();
      const read = parse(mutant);
      const { user, system } = process.cpuUsage(before);
      slowest = Math.max(slowest, (user + system) / 1000);
      outcomes[read.kind] += 1;
      if (read.kind === 'ok') {
        expect(checkArchitecture(read.arch)).toEqual([]);
        expect(lower(read.arch).length).toBeGreaterThan(0);
      } else {
        expect(read.issues.length).toBeGreaterThan(0);
        for (const { message } of read.issues) expect(message).not.toBe('');
      }
    }),
    options
  );
  process.stdout.write(
    `${options.numRuns} broken listings: ${outcomes.ok} read, ${outcomes.bad} refused, slowest ${slowest.toFixed(0)} ms\n`
  );
  expect(Math.min(outcomes.ok, outcomes.bad)).toBeGreaterThan(options.numRuns / 50);
  expect(slowest).toBeLessThan(200);
}
