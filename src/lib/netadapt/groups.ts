/** @file Step 7, prune: the widths NetAdapt may shrink, each with the rows it ties together. */
import type { Architecture, Row, SqueezeExcite } from '$lib/arch/architecture';
import { squeezeWidth } from '$lib/arch/divisible';
import { mapHeadLayers } from '$lib/arch/head-layers';
import { lower } from '$lib/ops/lower';
import type { Op } from '$lib/ops/op';
import { unservedIssue } from '$lib/search/served';
import { m } from '$paraglide/messages';
import { isGate, tiesOf, type Ties } from './ties';

/** MobileNetV3 §4.2: (a) one expansion, (b) one bottleneck width of all blocks tied by residuals; V1: pointwise widths. */
export type GroupKind = 'stem' | 'expansion' | 'bottleneck' | 'pointwise' | 'head';

/** One width that can be cut as a whole. */
export interface Group {
  /** The op that first makes these channels: 'row04.expand', 'stem'; the same after every cut. */
  readonly id: string;
  readonly kind: GroupKind;
  /** 1-based rows whose exp size or #out is this width. */
  readonly rows: readonly number[];
  readonly width: number;
}

/** SE squeeze widths follow the width they gate (make_divisible(width / 4, 8), never growing) or stay. */
export type SqueezeRule = 'follow' | 'stay';

export interface GroupOptions {
  /** Also offer the head's 1x1 conv and hidden layer, which MobileNetV3's NetAdapt leaves alone. */
  readonly head: boolean;
}

/** The ops that set a width of the table, among those of a tie; an SE whose layers are convolutions sets none. */
const setsWidth = (op: Op): boolean => (op.kind === 'conv' && !isGate(op)) || op.kind === 'depthwise';

function kindOf(ops: readonly Op[]): GroupKind {
  const has = (suffix: string) => ops.some((op) => op.kind === 'conv' && op.id.endsWith(suffix));
  if (has('.expand')) return 'expansion';
  if (has('.project')) return 'bottleneck';
  if (has('.pointwise')) return 'pointwise';
  return has('stem') ? 'stem' : 'head';
}

/** Rows whose table cells hold this width: a separable row's depthwise only passes the width before it on. */
function rowsOf(arch: Architecture, ops: readonly Op[]): number[] {
  const columns = ops.filter((op) => {
    const row = arch.rows[op.column - 1];
    return setsWidth(op) && row !== undefined && (op.kind === 'conv' || row.kind === 'bneck');
  });
  return [...new Set(columns.map((op) => op.column))].sort((a, b) => a - b);
}

/**
 * The groups of a network in execution order; SE squeezes, the picture and the logits are never groups of their own. A
 * table that `unservedIssue` refuses has none.
 */
export function groupsOf(arch: Architecture, options: GroupOptions = { head: false }): readonly Group[] {
  if (unservedIssue(arch)) return [];
  return tiesOf(lower(arch)).list.flatMap((tie): Group[] => {
    const first =
      tie.ops.find((op) => op.kind === 'conv' && !isGate(op)) ?? tie.ops.find((op) => op.id === 'head.hidden');
    if (!first) return [];
    const kind = kindOf(tie.ops);
    if (kind === 'head' && !options.head) return [];
    return [{ id: first.id, kind, rows: rowsOf(arch, tie.ops), width: tie.width }];
  });
}

/** The tie behind a group; throws when the network has no such group. */
export function tieIndexOf(ties: Ties, groupId: string): number {
  const index = ties.writes.get(groupId);
  if (index === undefined) throw new Error(`group ${groupId}: must be an op of the network, got none`);
  return index;
}

/** The table with one group at another width; every tied cell changes, SE squeezes by the rule. */
export function withGroupWidth(arch: Architecture, groupId: string, width: number, squeeze: SqueezeRule): Architecture {
  const ties = tiesOf(lower(arch));
  const ops = ties.list[tieIndexOf(ties, groupId)]?.ops ?? [];
  let { stem } = arch;
  const rows: Row[] = [...arch.rows];
  for (const op of ops.filter(setsWidth)) {
    const row = rows[op.column - 1];
    if (op.id === 'stem') stem = stem && { ...stem, out: width };
    else if (row && op.kind === 'conv' && !op.id.endsWith('.expand')) {
      rows[op.column - 1] = withOut(row, width, squeeze);
    } else if (row?.kind === 'bneck' && op.kind === 'depthwise') {
      const se = squeezed(row.se, 'afterDepthwise', width, squeeze);
      rows[op.column - 1] = { ...row, expSize: width, se };
    }
  }
  const named = new Set(ops.map((op) => op.id));
  const head = mapHeadLayers(arch.head, (layer, name) =>
    named.has(`head.${name}`) ? { ...layer, out: width } : layer
  );
  return { ...arch, stem, rows, head };
}

/** The SE of a row whose gated width changed; one in another place does not follow. */
function squeezed(
  se: SqueezeExcite | null,
  place: SqueezeExcite['place'],
  width: number,
  rule: SqueezeRule
): SqueezeExcite | null {
  if (!se || se.place !== place || rule === 'stay') return se;
  return { ...se, channels: Math.min(se.channels, squeezeWidth(width)) };
}

function withOut(row: Row, out: number, rule: SqueezeRule): Row {
  if (row.kind === 'bneck') return { ...row, out, se: squeezed(row.se, 'afterProject', out, rule) };
  return row.kind === 'separable' || row.kind === 'conv' ? { ...row, out } : row;
}

/** True when both networks are the same ops wired alike: no expansion conv vanished and no residual came or went. */
export function sameWiring(a: readonly Op[], b: readonly Op[]): boolean {
  const same = (x: Op, y: Op | undefined): boolean =>
    y !== undefined &&
    x.id === y.id &&
    x.kind === y.kind &&
    x.inputs.length === y.inputs.length &&
    x.inputs.every((id, i) => id === y.inputs[i]);
  return a.length === b.length && a.every((op, i) => same(op, b[i]));
}

/** A group in plain words: 'exp size of row 4', '#out of rows 5, 6'. */
export function groupLabel({ id, kind, rows }: Pick<Group, 'id' | 'kind' | 'rows'>): string {
  if (kind === 'head') return id === 'head.conv' ? m.netadapt_head_conv() : m.netadapt_head_hidden();
  if (id === 'stem' && rows.length === 0) return m.netadapt_stem();
  const [row] = rows;
  const tied = { rows: rows.join(', ') };
  const one = rows.length === 1 && row !== undefined ? { row } : null;
  if (kind === 'expansion') return one ? m.netadapt_expansion_one(one) : m.netadapt_expansion_many(tied);
  if (id === 'stem') return one ? m.netadapt_stem_one(one) : m.netadapt_stem_many(tied);
  return one ? m.netadapt_bottleneck_one(one) : m.netadapt_bottleneck_many(tied);
}
