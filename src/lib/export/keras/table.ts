/** @file Step 8, export: the rows of a table as data in Keras source; columns in which nothing differs are left out. */
import { widthBefore } from '$lib/arch/rules';
import type { Architecture, Row } from '$lib/arch/architecture';
import { expands } from '$lib/ops/lower-row';
import type { GateStyle } from './gate';
import { activationCode } from './names';
import { lines, pythonLiteral, tableOf, type TableRow } from '../python-text';

type Kind = Row['kind'];

/** One field of a row. */
interface Column {
  readonly name: string;
  readonly cells: readonly string[];
}

/** The rows of one kind. */
export interface KindTable {
  readonly kind: Kind;
  /** Name of the named tuple. */
  readonly tuple: string;
  readonly columns: readonly string[];
}

const tupleNames: Readonly<Record<Kind, string>> = {
  bneck: 'Bneck',
  separable: 'Separable',
  depthwise: 'Depthwise',
  conv: 'Conv',
  squeezeExcite: 'Gate'
};

/** A row and the width it reads. */
interface Placed<R> {
  readonly row: R;
  readonly width: number;
}

type Placing<K extends Kind> = Placed<Row & { kind: K }>;

function column<R>(name: string, rows: readonly R[], cell: (row: R) => string): Column {
  return { name, cells: rows.map(cell) };
}

/** A column only where some row differs from what the code does without it. */
function optional<R>(name: string, rows: readonly R[], from: { cell: (row: R) => string; usual: string }): Column[] {
  const whole = column(name, rows, from.cell);
  return whole.cells.some((cell) => cell !== from.usual) ? [whole] : [];
}

/** A dilation without effect is 1. */
const dilationOf = ({ row }: Placed<{ readonly kernel: number; readonly dilation: number }>): string =>
  pythonLiteral(row.kernel === 1 ? 1 : row.dilation);

const kernelOf = ({ row }: Placed<{ readonly kernel: number }>): string => pythonLiteral(row.kernel);
const strideOf = ({ row }: Placed<{ readonly stride: number }>): string => pythonLiteral(row.stride);
const outOf = ({ row }: Placed<{ readonly out: number }>): string => pythonLiteral(row.out);

function joinOf({ row, width }: Placing<'bneck'>): 'identity' | 'conv' | 'none' {
  if (row.stride !== 1 || row.shortcut === 'none') return 'none';
  if (row.out === width) return 'identity';
  return row.shortcut === 'conv' ? 'conv' : 'none';
}

/** What a block adds without being told: its input, at stride 1 and equal width. */
const usualJoin = ({ row, width }: Placing<'bneck'>): string =>
  row.stride === 1 && row.out === width ? 'identity' : 'none';

function bneckColumns(rows: readonly Placing<'bneck'>[], gates: GateStyle): Column[] {
  const unusual = rows.some((placed) => joinOf(placed) !== usualJoin(placed));
  const always = rows.some(({ row, width }) => expands(row, width) !== (row.expSize !== width));
  const join = (placed: Placing<'bneck'>): string => {
    const kind = joinOf(placed);
    return kind === 'none' ? 'None' : `"${kind}"`;
  };
  return [
    column('kernel', rows, kernelOf),
    column('exp', rows, ({ row }) => pythonLiteral(row.expSize)),
    column('out', rows, outOf),
    ...optional('se', rows, { cell: ({ row }) => gates.cell(row.se), usual: 'None' }),
    column('nl', rows, ({ row }) => activationCode[row.nl]),
    column('stride', rows, strideOf),
    ...optional('dilation', rows, { cell: dilationOf, usual: '1' }),
    ...(always ? [column('expand', rows, ({ row, width }) => pythonLiteral(expands(row, width)))] : []),
    ...(unusual ? [column('shortcut', rows, join)] : [])
  ];
}

/** Columns of every kind of row. */
const columnsOf: { readonly [K in Kind]: (rows: readonly Placing<K>[], gates: GateStyle) => Column[] } = {
  bneck: bneckColumns,
  separable: (rows) => [
    column('kernel', rows, kernelOf),
    column('out', rows, outOf),
    column('nl', rows, ({ row }) => activationCode[row.nl]),
    column('stride', rows, strideOf),
    ...optional('dilation', rows, { cell: dilationOf, usual: '1' }),
    ...optional('plain', rows, { cell: ({ row }) => pythonLiteral(row.between === 'plain'), usual: 'False' })
  ],
  depthwise: (rows) => [
    column('kernel', rows, kernelOf),
    ...optional('multiplier', rows, { cell: ({ row }) => pythonLiteral(row.multiplier), usual: '1' }),
    column('nl', rows, ({ row }) => activationCode[row.nl]),
    column('stride', rows, strideOf),
    ...optional('dilation', rows, { cell: dilationOf, usual: '1' })
  ],
  conv: (rows) => [
    column('kernel', rows, kernelOf),
    column('out', rows, outOf),
    column('nl', rows, ({ row }) => activationCode[row.nl]),
    column('stride', rows, strideOf),
    ...optional('dilation', rows, { cell: dilationOf, usual: '1' })
  ],
  squeezeExcite: (rows, gates) => [column('se', rows, ({ row }) => gates.cell(row.se))]
};

/** The rows of one kind, by their index in the table. */
interface KindRows extends KindTable {
  readonly byIndex: ReadonlyMap<number, TableRow>;
}

function kindRows<K extends Kind>(arch: Architecture, kind: K, gates: GateStyle): KindRows | null {
  const placed = arch.rows.flatMap((row, index) =>
    row.kind === kind ? [{ row: row as Row & { kind: K }, width: widthBefore(arch, index), index }] : []
  );
  if (placed.length === 0) return null;
  const tuple = arch.rows.every((row) => row.kind === kind) ? 'Row' : tupleNames[kind];
  const columns = columnsOf[kind](placed, gates);
  const rowAt = (at: number): TableRow => ({
    name: tuple,
    cells: columns.map(({ name, cells }) => ({ header: name, text: cells[at] ?? '' }))
  });
  const byIndex = new Map(placed.map(({ index }, at) => [index, rowAt(at)]));
  return { kind, tuple, columns: columns.map(({ name }) => name), byIndex };
}

/** The table as Python: the named tuples, the list of rows, and what was written of each kind. */
export interface PythonTable {
  readonly tuples: string;
  readonly rows: string;
  readonly kinds: readonly KindTable[];
}

/** Writes the rows of a table. */
export function pythonTable(arch: Architecture, gates: GateStyle): PythonTable {
  const kinds = (['bneck', 'separable', 'depthwise', 'conv', 'squeezeExcite'] as const).flatMap(
    (kind) => kindRows(arch, kind, gates) ?? []
  );
  const rows = arch.rows.flatMap((_, index) => kinds.flatMap(({ byIndex }) => byIndex.get(index) ?? []));
  return {
    tuples: lines(...kinds.map(({ tuple, columns }) => `${tuple} = namedtuple("${tuple}", "${columns.join(' ')}")`)),
    rows: tableOf('ROWS', rows),
    kinds
  };
}
