/** @file Step 2, shapes: what each kind of head contains; known here alone. */
import type {
  Architecture,
  ClassifierHead,
  DecoderHead,
  DecoderStage,
  Head,
  HeadLayer,
  LrasppHead,
  SsdliteHead
} from '$lib/arch/architecture';
import { boxesPerCell } from '$lib/arch/default-boxes';
import { unreachable } from '$lib/base/assert';
import type { Lowering, Place } from './lowering';
import { rowId } from './lower-row';

/** The table, the list so far, and the map at the end of each column (0 the stem or the picture, i row i). */
interface Ground {
  readonly arch: Architecture;
  readonly list: Lowering;
  readonly columns: readonly Place[];
}

const columnAt = ({ columns }: Ground, index: number): Place => {
  const place = columns[index];
  if (!place) throw new Error(`head: column ${index} must exist, the table has ${columns.length - 1} rows`);
  return place;
};

function lastConv({ list }: Ground, conv: HeadLayer | null): void {
  if (!conv) return;
  list.pointwise('head.conv', conv.out, conv.nl);
  list.column += 1;
}

function lowerClassifier(ground: Ground, head: ClassifierHead): void {
  const { arch, list } = ground;
  lastConv(ground, head.conv);
  list.pool('head.pool');
  list.column += 1;
  if (head.hidden) {
    list.dense('head.hidden', head.hidden.out, { nl: head.hidden.nl, bias: true });
    list.column += 1;
  }
  list.dense('head.logits', arch.classes, { nl: 'linear', bias: head.logitsBias });
}

function lowerLraspp(ground: Ground, head: LrasppHead): void {
  const { arch, list } = ground;
  const { norm, filters } = head;
  const low = columnAt(ground, head.low + 1);
  lastConv(ground, head.conv);
  const high = list.at;
  list.conv('head.context', filters, { kernel: 1, nl: 'relu', norm, bias: true });
  const context = list.at;
  list.column += 1;
  list.at = high;
  if (head.pool === 'global') list.pool('head.gate.pool');
  else list.averagePool('head.gate.pool', head.pool);
  const pooled = list.at.shape;
  if (pooled[0] === 1 && pooled[1] === 1) list.dense('head.gate', filters, { nl: head.gate, bias: false });
  else {
    list.conv('head.gate', filters, { kernel: 1, nl: head.gate, norm: null, bias: false });
    list.resize('head.gate.resize', context.shape);
  }
  list.multiply('head.gate.scale', context);
  list.resize('head.up', low.shape);
  const up = list.at;
  list.column += 1;
  list.at = low;
  list.conv('head.low', arch.classes, { kernel: 1, nl: 'linear', norm: null, bias: true });
  const lowClasses = list.at;
  list.at = up;
  list.conv('head.high', arch.classes, { kernel: 1, nl: 'linear', norm: null, bias: true });
  list.add('head.sum', lowClasses);
  list.column += 1;
  list.resize('head.classes', arch.input);
}

function lowerSsdlite(ground: Ground, head: SsdliteHead): void {
  const { arch, list } = ground;
  const { norm, nl, extras } = head;
  const expansion = list.ops.find((op) => op.id === `${rowId(head.tap)}.expand`);
  const maps: Place[] = [expansion ? { id: expansion.id, shape: expansion.out } : columnAt(ground, head.tap)];
  lastConv(ground, head.conv);
  maps.push(list.at);
  for (const [index, { mid, out }] of extras.entries()) {
    const id = `head.extra${index + 1}`;
    list.conv(`${id}.squeeze`, mid, { kernel: 1, nl, norm, bias: true });
    list.depthwise(`${id}.depthwise`, { kernel: 3, stride: 2, nl, norm, bias: true });
    list.conv(`${id}.project`, out, { kernel: 1, nl, norm, bias: true });
    maps.push(list.at);
    list.column += 1;
  }
  const predict = (what: 'boxes' | 'classes', width: number): Place => {
    const parts = maps.map((map, index) => {
      const id = `head.${what}${index + 1}`;
      list.at = map;
      list.depthwise(`${id}.depthwise`, { kernel: 3, nl, norm, bias: true });
      const out = boxesPerCell(head.rule, index) * width;
      list.conv(`${id}.predict`, out, { kernel: 1, nl: 'linear', norm: null, bias: true });
      return list.at;
    });
    list.concatRows(`head.${what}`, parts, width);
    list.column += 1;
    return list.at;
  };
  const boxes = predict('boxes', 4);
  const classes = predict('classes', arch.classes);
  list.concatChannels('head.detections', [classes, boxes]);
}

function lowerStage(ground: Ground, index: number, stage: DecoderStage): void {
  const { list } = ground;
  const id = `head.stage${index + 1}`;
  const skip = columnAt(ground, stage.skip);
  const channels = skip.shape[2];
  list.resize(`${id}.resize`, skip.shape);
  list.pointwise(`${id}.up`, channels, 'linear');
  const up = list.at;
  list.add(`${id}.sum`, skip);
  const se = { channels: stage.squeeze, nl: stage.nl, gate: 'sigmoid', bias: true, norm: false } as const;
  list.gates(id, se, channels);
  list.multiply(`${id}.scale`, skip);
  list.add(`${id}.join`, up);
  list.pointwise(`${id}.refine`, channels, stage.nl);
  const refined = list.at;
  list.depthwise(`${id}.depthwise`, { kernel: stage.kernel, nl: stage.nl });
  list.add(`${id}.add`, refined);
  list.column += 1;
}

function lowerDecoder(ground: Ground, head: DecoderHead): void {
  const { arch, list } = ground;
  const high = list.at;
  list.pointwise('head.context', head.filters, 'relu');
  const context = list.at;
  list.at = high;
  list.pool('head.gate.pool');
  list.dense('head.gate', head.filters, { nl: head.gate, bias: true });
  list.multiply('head.gate.scale', context);
  list.column += 1;
  for (const [index, stage] of head.stages.entries()) lowerStage(ground, index, stage);
  list.transposedConv('head.mask', arch.classes, { kernel: 2, nl: head.out });
}

/** Appends the ops of the head; throws where it names a row that cannot serve it (`checkArchitecture` says so first). */
export function lowerHead(arch: Architecture, list: Lowering, columns: readonly Place[]): void {
  const ground: Ground = { arch, list, columns };
  const head: Head = arch.head;
  if (head.kind === 'classifier') lowerClassifier(ground, head);
  else if (head.kind === 'lraspp') lowerLraspp(ground, head);
  else if (head.kind === 'ssdlite') lowerSsdlite(ground, head);
  else if (head.kind === 'decoder') lowerDecoder(ground, head);
  else if (head.kind !== 'features') unreachable(head);
}
