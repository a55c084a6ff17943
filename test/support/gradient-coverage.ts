/** @file Test support: what a set of networks covers: every kind of op in every form that has code of its own. */
import type { Architecture, SqueezeExcite } from '../../src/lib/arch/architecture';
import type { Op } from '../../src/lib/ops/op';
import { dropoutOf } from '../../src/lib/task/dropout';

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

/** Every way a gate may be put into a row. */
export const gateForms: readonly Omit<SqueezeExcite, 'channels' | 'nl'>[] = (
  ['afterDepthwise', 'afterProject'] as const
)
  .flatMap((place) => (['hardSigmoid', 'sigmoid', 'linear'] as const).map((gate) => ({ place, gate })))
  .flatMap((form) => [true, false].map((norm) => ({ ...form, norm })))
  .flatMap((form) => [true, false].map((bias) => ({ ...form, bias })));

const gateForm = ({ place, gate, norm, bias }: (typeof gateForms)[number]): string =>
  [place, gate, norm ? 'norm' : 'no norm', bias ? 'bias' : 'no bias'].join(', ');

/** What a head has that changes the way back. */
function headForms({ head }: Architecture): string[] {
  if (head.kind === 'lraspp')
    return [head.pool === 'global' ? 'lraspp, one pool' : 'lraspp, windows', `lraspp, ${head.gate}`];
  if (head.kind === 'decoder') return [`decoder, ${head.stages.length} stages`, `decoder, ${head.out}`];
  // Boxes are answered from the tap, the last map and every extra one.
  return head.kind === 'ssdlite' ? [`ssdlite, ${head.extras.length} maps more`] : [];
}

/** The forms a network covers, each as 'kind: form'. */
export function coveredBy({ arch, ops }: { readonly arch: Architecture; readonly ops: readonly Op[] }): string[] {
  const forms = ops.flatMap((op) => formsOf(op).map((form) => `${op.kind}: ${form}`));
  const gates = arch.rows.flatMap((row) => (row.kind === 'bneck' && row.se ? [`gates: ${gateForm(row.se)}`] : []));
  const heads = headForms(arch).map((form) => `head: ${form}`);
  const graph = [...(readTwice(ops) ? ['a map read twice'] : []), ...(dropoutOf(arch) ? ['dropout'] : [])];
  return [...forms, ...gates, ...heads, ...graph.map((form) => `graph: ${form}`)];
}

const nls = ['linear', 'relu', 'relu6', 'hardSwish', 'swish', 'shiftedSwish'];
const widths = ['width of eights', 'width of fours', 'other width'];
const finishes = ['norm', 'bias', 'neither norm nor bias'];
const windowed = [
  ...['kernel 1', 'kernel 3', 'kernel 5', 'kernel 7', 'stride 1', 'stride 2', 'dilation 1', 'dilation 2', 'dilation 3'],
  ...['no padding', 'equal padding', 'unequal padding', 'odd map', 'even map', 'stride 2 on odd map'],
  ...['stride 2 on even map', 'one pixel', ...widths, ...finishes, ...nls]
];

/** What classifiers must cover, by kind. */
export const asked: Readonly<Record<Op['kind'] | 'graph' | 'gates', readonly string[]>> = {
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
  graph: ['a map read twice', 'dropout'],
  gates: gateForms.map(gateForm)
};

/** What networks that answer with maps must cover: every head, and detectors that answer from one map or several. */
export const askedOfMaps: Readonly<Record<'head' | 'concat', readonly string[]>> = {
  head: [
    ...['one pool', 'windows', 'hardSigmoid', 'sigmoid', 'linear'].map((form) => `lraspp, ${form}`),
    ...['0 stages', '1 stages', '2 stages', '3 stages', 'sigmoid', 'linear'].map((form) => `decoder, ${form}`),
    ...['0', '1', '2', '3'].map((count) => `ssdlite, ${count} maps more`)
  ],
  concat: ['rows', '2 inputs', '3 inputs', '4 inputs', '5 inputs']
};

/** What was asked for and is covered by none of the networks. */
export function uncovered(
  wanted: Readonly<Record<string, readonly string[]>>,
  networks: readonly { readonly arch: Architecture; readonly ops: readonly Op[] }[]
): string[] {
  const covered = new Set(networks.flatMap(coveredBy));
  return Object.entries(wanted)
    .flatMap(([kind, forms]) => forms.map((form) => `${kind}: ${form}`))
    .filter((form) => !covered.has(form));
}
