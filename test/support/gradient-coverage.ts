/** @file Test support: what a set of networks covers: every kind of op in every form that has code of its own. */
import type { Op } from '../../src/lib/ops/op';

const odd = (n: number): boolean => n % 2 === 1;

/** Widths that fill whole vectors of 4 and panels of 8, and those that do not. */
const widthOf = (channels: number): string =>
  channels % 8 === 0 ? 'width of eights' : channels % 4 === 0 ? 'width of fours' : 'other width';

const finishOf = (op: { readonly norm: unknown; readonly bias: boolean }): string =>
  op.norm ? 'norm' : op.bias ? 'bias' : 'neither norm nor bias';

/** How far the zeros around a map are from alike on all sides. */
function padOf([top, bottom, left, right]: readonly number[]): string {
  if (top === bottom && left === right) return top || left ? 'equal padding' : 'no padding';
  return 'unequal padding';
}

/** Number of inputs of maps that more than one op reads: there gradients add up. */
function readTwice(ops: readonly Op[]): boolean {
  const reads = ops.flatMap(({ inputs }) => inputs).filter((id) => id !== '');
  return new Set(reads).size < reads.length;
}

function formsOf(op: Op): string[] {
  const size = op.in[0] * op.in[1];
  const map = size === 1 ? 'one pixel' : odd(op.in[0]) || odd(op.in[1]) ? 'odd map' : 'even map';
  switch (op.kind) {
    case 'conv':
    case 'depthwise': {
      const forms = [
        `kernel ${op.kernel}`,
        `stride ${op.stride}`,
        `dilation ${op.dilation}`,
        op.kernel > 1 ? padOf(op.pad) : 'no padding',
        op.stride === 2 ? `stride 2 on ${map}` : map,
        widthOf(op.out[2]),
        finishOf(op),
        op.nl
      ];
      return op.kind === 'depthwise'
        ? [...forms, `multiplier ${op.multiplier}`]
        : [...forms, `from ${widthOf(op.in[2])}`];
    }
    case 'transposedConv':
      return [`kernel ${op.kernel}`, widthOf(op.out[2]), op.nl, map];
    case 'dense':
      return [op.bias ? 'bias' : 'no bias', op.nl, widthOf(op.in[2])];
    case 'pool':
      return [map, widthOf(op.in[2])];
    case 'averagePool':
      return [
        op.kernel[0] > op.stride[0] || op.kernel[1] > op.stride[1] ? 'windows overlap' : 'windows apart',
        op.kernel[0] === op.kernel[1] ? 'square' : 'oblong',
        widthOf(op.in[2])
      ];
    case 'resize':
      return [
        op.out[0] > op.in[0] ? 'taller' : op.out[0] < op.in[0] ? 'lower' : 'as tall',
        op.out[1] > op.in[1] ? 'wider' : op.out[1] < op.in[1] ? 'narrower' : 'as wide',
        widthOf(op.in[2])
      ];
    case 'multiply':
      return [op.gate[0] * op.gate[1] === size && size > 1 ? 'by a map' : 'by gates', widthOf(op.in[2])];
    case 'add':
      return [widthOf(op.in[2])];
    case 'concat':
      return [op.axis, `${op.inputs.length} inputs`];
  }
}

/** The forms a network covers, each as 'kind: form'. */
export function coveredBy(ops: readonly Op[]): string[] {
  const forms = ops.flatMap((op) => formsOf(op).map((form) => `${op.kind}: ${form}`));
  return readTwice(ops) ? [...forms, 'graph: a map read twice'] : forms;
}

const nls = ['linear', 'relu', 'relu6', 'hardSwish', 'swish', 'shiftedSwish'];
const widths = ['width of eights', 'width of fours', 'other width'];
const finishes = ['norm', 'bias', 'neither norm nor bias'];
const windowed = [
  ...['kernel 1', 'kernel 3', 'kernel 5', 'kernel 7', 'stride 1', 'stride 2', 'dilation 1', 'dilation 2', 'dilation 3'],
  ...['no padding', 'equal padding', 'unequal padding', 'odd map', 'even map', 'stride 2 on odd map'],
  ...['stride 2 on even map', 'one pixel', ...widths, ...finishes, ...nls]
];

/** What must be covered, by kind. */
export const asked: Readonly<Record<Op['kind'] | 'graph', readonly string[]>> = {
  conv: [...windowed, ...widths.map((width) => `from ${width}`), 'hardSigmoid', 'sigmoid'],
  depthwise: [...windowed, 'multiplier 1', 'multiplier 2', 'multiplier 3'],
  transposedConv: ['kernel 2', 'kernel 3', 'odd map', 'even map', 'sigmoid', 'hardSigmoid', ...nls],
  dense: ['bias', 'no bias', ...nls, 'hardSigmoid', 'sigmoid', ...widths],
  pool: ['odd map', 'even map', 'one pixel', ...widths],
  averagePool: ['windows overlap', 'windows apart', 'square', 'oblong', ...widths],
  resize: ['taller', 'lower', 'as tall', 'wider', 'narrower', 'as wide', ...widths],
  multiply: ['by gates', 'by a map', ...widths],
  add: widths,
  concat: ['channels', 'rows', '2 inputs', '3 inputs'],
  graph: ['a map read twice']
};
