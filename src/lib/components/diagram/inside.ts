/** @file Components: the parts of one block as stations along a line, from its input to its output. */
import { max, scaleSqrt, sum } from 'd3';
import type { Column, Part } from './columns';

export type StationKind = 'input' | 'expand' | 'depthwise' | 'se' | 'project' | 'pointwise' | 'conv' | 'pool' | 'dense';

/** One part of a block with its cost and its place; heights are of the maps it reads and makes. */
export interface Station {
  readonly kind: StationKind;
  readonly kernel: number | null;
  readonly stride: number;
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
  readonly residual: boolean;
}

export const insideSheet = { width: 760, height: 262, ground: 150, tall: 121, first: 34, last: 690 } as const;

/** Pixels of a channel's square root, and the widest body the figure has room for. */
const channelPx = 2.5;
const widestPx = 84;

/** The ops that squeeze and excite a row. */
const excitement: ReadonlySet<string> = new Set(['pool', 'squeeze', 'excite', 'scale']);

const kindOf = (id: string, kind: string, inRow: boolean): StationKind => {
  const name = id.slice(id.lastIndexOf('.') + 1);
  if (inRow && excitement.has(name)) return 'se';
  if (name === 'expand' || name === 'depthwise' || name === 'project' || name === 'pointwise') return name;
  return kind === 'pool' || kind === 'dense' ? kind : 'conv';
};

interface Group {
  readonly kind: StationKind;
  readonly parts: readonly Part[];
}

function groupsOf(column: Column): Group[] {
  const groups: Group[] = [];
  for (const part of column.parts) {
    if (part.op.kind === 'add') continue;
    const kind = kindOf(part.op.id, part.op.kind, column.path.startsWith('rows.'));
    const open = groups.at(-1);
    if (open?.kind === 'se' && kind === 'se') groups[groups.length - 1] = { kind, parts: [...open.parts, part] };
    else groups.push({ kind, parts: [part] });
  }
  return groups;
}

/** Lays out the parts of a column: evenly spaced, heights by resolution, widths by channels, both square-root. */
export function insideOf(column: Column): Inside {
  const groups = groupsOf(column);
  const { tall, first, last } = insideSheet;
  const tallest = Math.max(7, column.input[0], column.output[0]);
  const height = scaleSqrt([0, tallest], [0, tall]);
  const widest = max([column.input, ...column.parts.map(({ op }) => op.out)], (shape) => Math.sqrt(shape[2])) ?? 1;
  const perChannel = Math.min(channelPx, widestPx / widest);
  const width = (channels: number): number => Math.max(4, perChannel * Math.sqrt(channels));
  const input: Station = {
    kind: 'input',
    kernel: null,
    stride: 1,
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
        kernel: op.kind === 'conv' || op.kind === 'depthwise' ? op.kernel : null,
        stride: op.kind === 'conv' || op.kind === 'depthwise' ? op.stride : 1,
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
  const mostMadds = max(stations, (station) => station.madds) ?? 0;
  return { stations: [input, ...stations], mostMadds, residual: column.residual };
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
