/** @file Import: rows of a table from torchvision's: `InvertedResidualConfig(…)` of V3 and `[t, c, n, s]` of V2. */
import type { BneckRow, Kernel, Stride } from '$lib/arch/architecture';
import { makeDivisible } from '$lib/arch/divisible';
import { maxRows } from '$lib/arch/limits';
import { plainSqueezeExcite } from '$lib/arch/squeeze-excite';
import { m } from '$paraglide/messages';
import { NotUnderstood } from '../graph/graph';
import type { PythonProgram } from './python-program';
import { describeValue, type PythonCall, type PythonValue } from './python-values';
import { pythonRound } from './timm-rounding';
import type { TorchvisionModel } from './torchvision-model';

const fields = [
  'input_channels',
  'kernel',
  'expanded_channels',
  'out_channels',
  'use_se',
  'activation',
  'stride',
  'dilation',
  'width_mult'
] as const;
type Field = (typeof fields)[number];

const isKernel = (value: number): value is Kernel => [1, 3, 5, 7].includes(value);
const isStride = (value: number): value is Stride => value === 1 || value === 2;

/** The values of one row by field; the width multiplier may come from the name the class was given by `partial`. */
class RowValues {
  private readonly values = new Map<string, PythonValue>();

  constructor(
    call: PythonCall,
    private readonly program: PythonProgram,
    readonly path: string
  ) {
    const alias = program.resolve({ kind: 'name', name: call.name });
    if (alias.kind === 'call') for (const [key, value] of alias.named) this.values.set(key, value);
    if (call.args.length > fields.length) this.refuseCount(call.args.length);
    for (const [index, value] of call.args.entries()) this.values.set(fields[index] ?? '', value);
    for (const [key, value] of call.named) this.values.set(key, value);
    const unknown = [...this.values.keys()].find((key) => !fields.some((field) => field === key));
    if (unknown !== undefined) throw new NotUnderstood(path, m.rows_token_unknown({ token: unknown }));
    const given = fields.filter((field) => this.values.has(field)).length;
    const needed = this.values.has('width_mult') ? fields.length : fields.length - 1;
    if (given < needed) this.refuseCount(given);
  }

  private refuseCount(got: number): never {
    throw new NotUnderstood(this.path, m.rows_row_arguments({ count: fields.length - 1, got }));
  }

  private of(field: Field): PythonValue {
    return this.program.resolve(this.values.get(field) ?? { kind: 'none' });
  }

  refuse(field: Field): never {
    throw new NotUnderstood(this.path, m.rows_row_value({ value: describeValue(this.of(field)), field }));
  }

  number(field: Field): number {
    const value = this.of(field);
    return value.kind === 'number' ? value.value : this.refuse(field);
  }

  /** `adjust_channels`: times the multiplier, made divisible by 8. */
  width(field: Field): number {
    const multiplier = this.values.has('width_mult') ? this.number('width_mult') : 1;
    return makeDivisible(this.number(field) * multiplier);
  }

  flag(field: Field): boolean {
    const value = this.of(field);
    return value.kind === 'flag' ? value.value : this.refuse(field);
  }

  /** "HS"; every other word is ReLU to torchvision, here only "RE". */
  isHardSwish(): boolean {
    const value = this.of('activation');
    if (value.kind !== 'text' || (value.value !== 'HS' && value.value !== 'RE')) return this.refuse('activation');
    return value.value === 'HS';
  }
}

/** One row; a stride that dilates is none, and adds no input, as torchvision builds it. */
function rowOf(values: RowValues): BneckRow {
  const kernel = values.number('kernel');
  const stride = values.number('stride');
  const dilation = values.number('dilation');
  if (!isKernel(kernel)) return values.refuse('kernel');
  if (!isStride(stride)) return values.refuse('stride');
  const expSize = values.width('expanded_channels');
  return {
    kind: 'bneck',
    kernel,
    expSize,
    out: values.width('out_channels'),
    se: values.flag('use_se') ? plainSqueezeExcite(expSize) : null,
    nl: values.isHardSwish() ? 'hardSwish' : 'relu',
    stride: dilation > 1 ? 1 : stride,
    dilation,
    expand: 'whenWider',
    shortcut: dilation > 1 && stride === 2 ? 'none' : 'identity'
  };
}

const tooMany = (count: number): never => {
  throw new NotUnderstood('', m.rows_many({ count, most: maxRows }));
};

/** The rows of `InvertedResidualConfig`s and the width of the stem before them. */
export function v3Rows(
  calls: readonly PythonCall[],
  program: PythonProgram
): { readonly stemOut: number; readonly rows: readonly BneckRow[] } {
  if (calls.length > maxRows) tooMany(calls.length);
  let stemOut = 0;
  let reads = 0;
  const rows = calls.map((call, index) => {
    const values = new RowValues(call, program, `rows.${index}`);
    const got = values.width('input_channels');
    if (index === 0) stemOut = got;
    else if (got !== reads) throw new NotUnderstood(values.path, m.rows_row_width({ got, width: reads }));
    const row = rowOf(values);
    reads = row.out;
    return row;
  });
  return { stemOut, rows };
}

/** The rows of `[t, c, n, s]` lines, which read `stemOut` channels. */
export function v2Rows(
  lines: readonly (readonly number[])[],
  stemOut: number,
  model: TorchvisionModel
): readonly BneckRow[] {
  const { widthMultiplier, roundTo } = model;
  const refuse = (line: number, field: string, value: number): never => {
    throw new NotUnderstood(`[${line}]`, m.rows_row_value({ value: String(value), field }));
  };
  let count = 0;
  for (const [line, [, , n = 0]] of lines.entries()) {
    if (!Number.isInteger(n) || n < 1) return refuse(line, 'n', n);
    count += n;
    if (count > maxRows) tooMany(count);
  }
  let reads = stemOut;
  return lines.flatMap(([t = 0, c = 0, n = 0, s = 0], line) => {
    if (!isStride(s)) return refuse(line, 's', s);
    if (t <= 0) return refuse(line, 't', t);
    const out = makeDivisible(c * widthMultiplier, roundTo);
    return Array.from({ length: n }, (_, index): BneckRow => {
      const expSize = pythonRound(reads * t);
      const expand = t !== 1 && expSize === reads ? 'always' : 'whenWider';
      const stride = index === 0 ? s : 1;
      reads = out;
      const rest = { se: null, nl: 'relu6', dilation: 1, expand, shortcut: 'identity' } as const;
      return { kind: 'bneck', kernel: 3, expSize, out, stride, ...rest };
    });
  });
}
