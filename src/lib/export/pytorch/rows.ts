/** @file Step 8, export: a table as data in PyTorch source: a tuple class for each kind of row and the aligned rows. */
import type { Row, SqueezeExcite } from '$lib/arch/architecture';
import { unreachable } from '$lib/base/assert';
import { expands } from '$lib/ops/lower-row';
import { python, tableOf, type TableRow } from '../python-text';
import { gatesAreTuples, shortAct } from './layers';
import { gateFacts, gatesDiffer, shortcutOf, type GateFacts, type Plan } from './plan';

/** A column of the table: its name, its type with a remark, and what it holds for a row that reads `width` channels. */
interface Column<R extends Row> {
  readonly header: string;
  readonly type: string;
  readonly cell: (row: R, width: number) => string | number;
}

type Columns<R extends Row> = readonly Column<R>[];
type OfKind<K extends Row['kind']> = Row & { readonly kind: K };
type WindowedRow = Exclude<Row, { kind: 'squeezeExcite' }>;

const bool = (value: boolean): string => (value ? 'True' : 'False');
const when = <T>(holds: boolean, item: T): readonly T[] => (holds ? [item] : []);

/** What squeeze-and-excites may differ in, in the order of their tuple. */
const gateFields: readonly { readonly fact: keyof GateFacts; readonly type: string }[] = [
  { fact: 'channels', type: python`channels: int` },
  { fact: 'nl', type: python`act: type[nn.Module]` },
  { fact: 'gate', type: python`gate: type[nn.Module]` },
  { fact: 'bias', type: python`bias: bool` },
  { fact: 'norm', type: python`norm: bool` },
  { fact: 'late', type: python`late: bool  # after the projection` }
];

const fieldsOf = (plan: Plan) => gateFields.filter(({ fact }) => fact === 'channels' || gatesDiffer(plan, fact));

function gateCell(plan: Plan, se: SqueezeExcite | null): string | number {
  if (!gatesAreTuples(plan)) return se?.channels ?? 0;
  if (!se) return 'None';
  const facts = gateFacts(se, plan.arch);
  const texts = fieldsOf(plan).map(({ fact }) => {
    const value = facts[fact];
    if (typeof value === 'string') return shortAct(value);
    return typeof value === 'boolean' ? bool(value) : value;
  });
  return `SE(${texts.join(', ')})`;
}

function gateColumn<R extends Row>(plan: Plan, of: (row: R) => SqueezeExcite | null, optional: boolean): Column<R> {
  const type = gatesAreTuples(plan)
    ? `SE${optional ? ' | None' : ''}`
    : python`int  # channels squeezed to${optional && python`, 0: no squeeze-and-excite`}`;
  return { header: 'se', type, cell: (row) => gateCell(plan, of(row)) };
}

const kernel: Column<WindowedRow> = { header: 'kernel', type: 'int', cell: (row) => row.kernel };
const act: Column<WindowedRow> = { header: 'act', type: 'type[nn.Module]', cell: (row) => shortAct(row.nl) };
const stride: Column<WindowedRow> = { header: 'stride', type: 'int', cell: (row) => row.stride };
const dilation: Column<WindowedRow> = { header: 'dilation', type: 'int', cell: (row) => row.dilation };
const out = { header: 'out', type: 'int', cell: (row: { readonly out: number }) => row.out };

/** Whether rows of a kind have gaps in their kernels. */
export const isDilated = ({ arch }: Plan, kind: Row['kind']): boolean =>
  arch.rows.some((row) => row.kind === kind && row.kind !== 'squeezeExcite' && row.dilation > 1);

/** Whether separable rows differ in what stands between their two convolutions. */
export const separablesDiffer = ({ arch }: Plan): boolean =>
  new Set(arch.rows.flatMap((row) => (row.kind === 'separable' ? [row.between] : []))).size > 1;

function bneckColumns(plan: Plan): Columns<OfKind<'bneck'>> {
  const { bneck, arch } = plan;
  const gated = arch.rows.some((row) => row.kind === 'bneck' && row.se);
  const optional = arch.rows.some((row) => row.kind === 'bneck' && !row.se);
  return [
    kernel,
    { header: 'exp', type: python`int  # channels of the expansion`, cell: (row) => row.expSize },
    out,
    ...when(
      gated,
      gateColumn<OfKind<'bneck'>>(plan, ({ se }) => se, optional)
    ),
    act,
    stride,
    ...when(isDilated(plan, 'bneck'), dilation),
    ...when<Column<OfKind<'bneck'>>>(bneck.expand === null, {
      header: 'expand',
      type: 'bool',
      cell: (row, width) => bool(expands(row, width))
    }),
    ...when<Column<OfKind<'bneck'>>>(bneck.shortcut === null, {
      header: 'shortcut',
      type: python`str  # "identity", "conv" or "none"`,
      cell: (row, width) => `"${shortcutOf(row, width)}"`
    })
  ];
}

const separableColumns = (plan: Plan): Columns<OfKind<'separable'>> => [
  kernel,
  out,
  act,
  stride,
  ...when(isDilated(plan, 'separable'), dilation),
  ...when<Column<OfKind<'separable'>>>(separablesDiffer(plan), {
    header: 'normed',
    type: python`bool  # norm and non-linearity after the depthwise, too`,
    cell: ({ between }) => bool(between === 'normed')
  })
];

const depthwiseColumns = (plan: Plan): Columns<OfKind<'depthwise'>> => [
  kernel,
  { header: 'multiplier', type: python`int  # filters for each channel`, cell: (row) => row.multiplier },
  act,
  stride,
  ...when(isDilated(plan, 'depthwise'), dilation)
];

const convColumns = (plan: Plan): Columns<OfKind<'conv'>> => [
  kernel,
  out,
  act,
  stride,
  ...when(isDilated(plan, 'conv'), dilation)
];

const squeezeColumns = (plan: Plan): Columns<OfKind<'squeezeExcite'>> => [
  gateColumn<OfKind<'squeezeExcite'>>(plan, ({ se }) => se, false)
];

const names: Readonly<Record<Row['kind'], string>> = {
  bneck: 'Bneck',
  separable: 'Separable',
  depthwise: 'Depthwise',
  conv: 'Conv',
  squeezeExcite: 'Gates'
};

/** The class of a kind's rows: Row where the table has but one kind. */
export const rowName = ({ kinds }: Plan, kind: Row['kind']): string => (kinds.length > 1 ? names[kind] : 'Row');

const docs: Readonly<Record<Row['kind'], string>> = {
  bneck: python`A line of the table: an inverted residual.`,
  separable: python`A line of the table: a depthwise, then a pointwise convolution.`,
  depthwise: python`A line of the table: a depthwise convolution.`,
  conv: python`A line of the table: a full convolution.`,
  squeezeExcite: python`A line of the table: squeeze-and-excite.`
};

const fields = <R extends Row>(columns: Columns<R>): string =>
  columns.map(({ header, type }) => `${header}: ${type}`).join('\n');

function fieldsOfKind(plan: Plan, kind: Row['kind']): string {
  if (kind === 'bneck') return fields(bneckColumns(plan));
  if (kind === 'separable') return fields(separableColumns(plan));
  if (kind === 'depthwise') return fields(depthwiseColumns(plan));
  if (kind === 'conv') return fields(convColumns(plan));
  return kind === 'squeezeExcite' ? fields(squeezeColumns(plan)) : unreachable(kind);
}

const tupleClass = (name: string, doc: string, lines: string): string => python`
  class ${name}(NamedTuple):
      """${doc}"""

      ${lines}
`;

/** The tuple class of squeeze-and-excites that differ in more than their channels. */
export function gateClass(plan: Plan): readonly string[] {
  if (!gatesAreTuples(plan)) return [];
  const lines = fieldsOf(plan).map(({ type }) => type);
  return [tupleClass('SE', python`Squeeze-and-excite of a row.`, lines.join('\n'))];
}

/** The tuple classes of the table's rows. */
export const rowClasses = (plan: Plan): readonly string[] =>
  plan.kinds.map((kind) => tupleClass(rowName(plan, kind), docs[kind], fieldsOfKind(plan, kind)));

function tableRow(plan: Plan, row: Row, index: number): TableRow {
  const width = plan.widths[index] ?? 0;
  const cells = <R extends Row>(columns: Columns<R>, of: R): TableRow['cells'] =>
    columns.map(({ header, cell }) => ({ header, text: String(cell(of, width)) }));
  const name = rowName(plan, row.kind);
  if (row.kind === 'bneck') return { name, cells: cells(bneckColumns(plan), row) };
  if (row.kind === 'separable') return { name, cells: cells(separableColumns(plan), row) };
  if (row.kind === 'depthwise') return { name, cells: cells(depthwiseColumns(plan), row) };
  if (row.kind === 'conv') return { name, cells: cells(convColumns(plan), row) };
  return row.kind === 'squeezeExcite' ? { name, cells: cells(squeezeColumns(plan), row) } : unreachable(row);
}

/** The table itself. */
export function tableText(plan: Plan): string {
  return tableOf(
    'TABLE',
    plan.arch.rows.map((row, index) => tableRow(plan, row, index))
  );
}
