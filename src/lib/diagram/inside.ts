/** @file Diagram: the parts of one block as stations along a line, from its input to its output. */
import type { Op } from '$lib/ops/op';
import { isFan, type Column, type Part } from './columns';
import { rootScale } from './root-scale';

const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0);

export type StationKind =
  | 'input'
  | 'expand'
  | 'depthwise'
  | 'se'
  | 'project'
  | 'pointwise'
  | 'conv'
  | 'pool'
  | 'dense'
  | 'predict'
  | 'resize'
  | 'scale'
  | 'transposed'
  | 'concat';

/** One part of a block with its cost and its place; heights are of the maps it reads and makes. */
export interface Station {
  readonly kind: StationKind;
  readonly kernel: number | null;
  readonly stride: number;
  readonly dilation: number;
  /** Height and width of the map it reads. */
  readonly map: readonly [height: number, width: number];
  /** Channels through the part, in order. */
  readonly channels: readonly number[];
  readonly params: number;
  readonly madds: number;
  readonly centre: number;
  readonly width: number;
  readonly from: number;
  readonly to: number;
}

export interface Inside {
  readonly stations: readonly Station[];
  readonly mostMadds: number;
  readonly residual: Column['residual'];
  /** The 1x1 convolution on the shortcut, which stands on no line. */
  readonly shortcut: Part | null;
}

export const insideSheet = { width: 760, height: 262, ground: 150, tall: 121, first: 34, last: 690 } as const;

/** Pixels of a channel's square root, and the widest body the figure has room for. */
const channelPx = 2.5;
const widestPx = 84;

/** The ops that squeeze and excite a row. */
const excitement: ReadonlySet<string> = new Set(['pool', 'squeeze', 'excite', 'scale']);

const byOp: Readonly<Record<Op['kind'], StationKind>> = {
  conv: 'conv',
  depthwise: 'depthwise',
  transposedConv: 'transposed',
  dense: 'dense',
  pool: 'pool',
  averagePool: 'pool',
  resize: 'resize',
  multiply: 'scale',
  add: 'conv',
  concat: 'concat'
};

function kindOf(op: Op, column: Column): StationKind {
  const name = op.id.slice(op.id.lastIndexOf('.') + 1);
  if ((column.path.startsWith('rows.') || column.kind === 'stage') && excitement.has(name)) return 'se';
  if (isFan(column)) return op.kind === 'concat' ? 'concat' : 'predict';
  if (name === 'expand' || name === 'depthwise' || name === 'project' || name === 'pointwise') return name;
  return byOp[op.kind];
}

/** Whether a part belongs to the station before it: squeeze-and-excite is one, and so is the predictor of one map. */
function joins(group: Group | undefined, kind: StationKind, op: Op): boolean {
  if (group?.kind !== kind) return false;
  return kind === 'se' || (kind === 'predict' && group.parts.at(-1)?.op.id === op.inputs[0]);
}

interface Group {
  readonly kind: StationKind;
  readonly parts: readonly Part[];
}

function groupsOf(column: Column): Group[] {
  const groups: Group[] = [];
  for (const part of column.parts) {
    if (part.op.kind === 'add' || part.op.id.endsWith('.shortcut')) continue;
    const kind = kindOf(part.op, column);
    const open = groups.at(-1);
    if (open && joins(open, kind, part.op)) groups[groups.length - 1] = { kind, parts: [...open.parts, part] };
    else groups.push({ kind, parts: [part] });
  }
  return groups;
}

/** Lays out the parts of a column: evenly spaced, heights by resolution, widths by channels, both square-root. */
export function insideOf(column: Column): Inside {
  const groups = groupsOf(column);
  const { tall, first, last } = insideSheet;
  const tallest = Math.max(7, column.input[0], column.output[0]);
  const height = rootScale(tallest, tall);
  const widest = Math.max(
    ...[column.input, ...column.parts.map(({ op }) => op.out)].map((shape) => Math.sqrt(shape[2]))
  );
  const perChannel = Math.min(channelPx, widestPx / widest);
  const width = (channels: number): number => Math.max(4, perChannel * Math.sqrt(channels));
  const input: Station = {
    kind: 'input',
    kernel: null,
    stride: 1,
    dilation: 1,
    map: [column.input[0], column.input[1]],
    channels: [column.input[2]],
    params: 0,
    madds: 0,
    centre: first,
    width: width(column.input[2]),
    from: height(column.input[0]),
    to: height(column.input[0])
  };
  const stations = groups.flatMap(({ kind, parts }, i): Station[] => {
    const op = parts[0]?.op;
    const end = parts.at(-1)?.op;
    if (!op || !end) return [];
    const squeezed = kind === 'se' ? [Math.min(...parts.map((part) => part.op.out[2]))] : [];
    return [
      {
        kind,
        kernel: op.kind === 'conv' || op.kind === 'depthwise' || op.kind === 'transposedConv' ? op.kernel : null,
        stride: op.kind === 'conv' || op.kind === 'depthwise' ? op.stride : 1,
        dilation: op.kind === 'conv' || op.kind === 'depthwise' ? op.dilation : 1,
        map: [op.in[0], op.in[1]],
        channels: [op.in[2], ...squeezed, end.out[2]],
        params: sum(parts, (part) => part.params),
        madds: sum(parts, (part) => part.madds),
        centre: first + ((last - first) * (i + 1)) / Math.max(2, groups.length),
        width: width(end.out[2]),
        from: height(op.in[0]),
        to: height(end.out[0])
      }
    ];
  });
  const mostMadds = Math.max(0, ...stations.map((station) => station.madds));
  const shortcut = column.parts.find(({ op }) => op.id.endsWith('.shortcut')) ?? null;
  return { stations: [input, ...stations], mostMadds, residual: column.residual, shortcut };
}

/** What a bneck's depthwise costs beside its 1x1 layers, as a share; null for other operators. */
export function middleShare(column: Column): number | null {
  const { stations } = insideOf(column);
  const of = (...kinds: readonly StationKind[]): number =>
    sum(
      stations.filter((station) => kinds.includes(station.kind)),
      (station) => station.madds
    );
  const dense = of('expand', 'project', 'pointwise');
  return dense > 0 ? of('depthwise') / dense : null;
}
