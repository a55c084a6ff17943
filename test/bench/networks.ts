/** @file Benchmarks: the two networks training speed is measured on: A 32x32x3, 8.28 M MAdds; S 28x28x1, 0.45 M MAdds. */
import type { Architecture, BneckRow, NL } from '../../src/lib/arch/architecture';

function bneck(kernel: 3 | 5, expSize: number, out: number, channels: number, nl: NL, stride: 1 | 2): BneckRow {
  const gates = { nl: 'relu', gate: 'hardSigmoid', bias: true, norm: false, place: 'afterDepthwise' } as const;
  const se = channels ? { channels, ...gates } : null;
  return {
    kind: 'bneck',
    kernel,
    expSize,
    out,
    se,
    nl,
    stride,
    dilation: 1,
    expand: 'whenWider',
    shortcut: 'identity'
  };
}

const common = {
  format: 1,
  classes: 10,
  padding: 'same',
  norm: { epsilon: 1e-3, momentum: 0.9 },
  convBias: false,
  scaling: 'v3'
} as const;

export const networkA: Architecture = {
  ...common,
  name: 'A',
  input: [32, 32, 3],
  stem: { kernel: 3, out: 16, nl: 'hardSwish', stride: 1 },
  rows: [
    bneck(3, 16, 16, 0, 'relu', 1),
    bneck(3, 72, 24, 0, 'relu', 2),
    bneck(3, 88, 24, 0, 'relu', 1),
    bneck(5, 96, 40, 24, 'hardSwish', 2),
    bneck(5, 240, 40, 64, 'hardSwish', 1),
    bneck(5, 120, 48, 32, 'hardSwish', 1)
  ],
  head: { kind: 'classifier', conv: { out: 288, nl: 'hardSwish' }, hidden: null, dropout: 0, logitsBias: true }
};

export const networkS: Architecture = {
  ...common,
  name: 'S',
  input: [28, 28, 1],
  stem: { kernel: 3, out: 8, nl: 'hardSwish', stride: 2 },
  rows: [
    bneck(3, 8, 8, 0, 'relu', 1),
    bneck(3, 32, 16, 0, 'relu', 2),
    bneck(3, 48, 16, 0, 'relu', 1),
    bneck(5, 48, 24, 16, 'hardSwish', 2),
    bneck(5, 96, 24, 24, 'hardSwish', 1)
  ],
  head: { kind: 'classifier', conv: { out: 96, nl: 'hardSwish' }, hidden: null, dropout: 0, logitsBias: true }
};
