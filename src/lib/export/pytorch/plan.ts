/** @file Step 8, export: what the PyTorch source of a table has to contain, decided once: the text and the tensors' names follow it. */
import type { Architecture, BneckRow, Gate, NL, Norm, Row, SqueezeExcite } from '$lib/arch/architecture';
import { widthAfter, widthBefore } from '$lib/arch/rules';
import { lowerWithOutputs, type Lowered } from '$lib/ops/lower';
import { expands } from '$lib/ops/lower-row';
import type { ConvOp, DepthwiseOp, Op } from '$lib/ops/op';
import { namedTensors } from '$lib/weights/names/convention';

/** How a bneck row of stride 1 comes by its shortcut. */
export type Shortcut = BneckRow['shortcut'];

/** What may differ from one squeeze-and-excite to the next, biases and norms as they really are. */
export interface GateFacts {
  readonly channels: number;
  readonly nl: NL;
  readonly gate: Gate;
  readonly bias: boolean;
  readonly norm: boolean;
  readonly late: boolean;
}

/** A table with all that its source depends on. */
export interface Plan {
  readonly arch: Architecture;
  readonly lowered: Lowered;
  /** Channels at the end of each column: 0 the stem or the picture, i row i. */
  readonly widths: readonly number[];
  /** Modules before that of the first row: the stem or nothing. */
  readonly offset: 0 | 1;
  readonly kinds: readonly Row['kind'][];
  /** The convolution class takes these as arguments, because not all layers share the table's. */
  readonly normVaries: boolean;
  readonly biasVaries: boolean;
  readonly dilated: boolean;
  /** Whether any convolution is followed by batch norm. */
  readonly normed: boolean;
  readonly bneck: {
    /** Rule by which all rows add their input; null where each has to say so. */
    readonly shortcut: Shortcut | null;
    /** Rows expand where exp size is not the width they read, or always; else each has to say so. */
    readonly expand: 'whenWider' | 'always' | null;
    /** torchvision's V2 keeps its layers in `conv`, the projection and its norm side by side. */
    readonly v2: boolean;
  };
  readonly gates: readonly GateFacts[];
}

/** Convolutions that stand alone, without the class that adds norm and non-linearity. */
const alone = /^head\.(low|high|gate|(boxes|classes)\d+\.predict)$/;

/** Whether the op is a convolution with norm and non-linearity. */
export const isNormedConv = (op: Op): op is ConvOp | DepthwiseOp =>
  (op.kind === 'conv' || op.kind === 'depthwise') && !alone.test(op.id);

const sameNorm = (a: Norm | null, b: Norm | null): boolean => a?.epsilon === b?.epsilon && a?.momentum === b?.momentum;

/** What a row does with its input, whatever it is called. */
export function shortcutOf(row: BneckRow, width: number): Shortcut {
  if (row.stride !== 1 || row.shortcut === 'none') return 'none';
  if (width === row.out) return 'identity';
  return row.shortcut === 'conv' ? 'conv' : 'none';
}

/** The facts of a squeeze-and-excite; without batch norm in the table there is none in it. */
export function gateFacts(se: SqueezeExcite, { norm }: Architecture): GateFacts {
  const normed = se.norm && norm !== null;
  const { channels, nl, gate } = se;
  return { channels, nl, gate, bias: se.bias && !normed, norm: normed, late: se.place === 'afterProject' };
}

function bneckPlan(arch: Architecture, widths: readonly number[]): Plan['bneck'] {
  const rows = arch.rows.flatMap((row, i) => (row.kind === 'bneck' ? [{ row, width: widths[i] ?? 0 }] : []));
  const shortcut = (['identity', 'conv', 'none'] as const).find((rule) =>
    rows.every(({ row, width }) => shortcutOf(row, width) === shortcutOf({ ...row, shortcut: rule }, width))
  );
  const names = namedTensors(arch, 'torchvision') ?? [];
  return {
    shortcut: shortcut ?? null,
    expand:
      (['whenWider', 'always'] as const).find((rule) =>
        rows.every(({ row, width }) => expands(row, width) === expands({ ...row, expand: rule }, width))
      ) ?? null,
    v2: arch.norm !== null && names.some(({ name }) => name.includes('.conv.'))
  };
}

/** Reads off a valid table what its source needs. */
export function planOf(arch: Architecture): Plan {
  const lowered = lowerWithOutputs(arch);
  const { rows, norm } = arch;
  const last = rows.at(-1);
  const widths = rows.map((_, i) => widthBefore(arch, i));
  if (last) widths.push(widthAfter(last, widths.at(-1) ?? 0));
  const gates = rows.flatMap((row) =>
    (row.kind === 'bneck' || row.kind === 'squeezeExcite') && row.se ? [gateFacts(row.se, arch)] : []
  );
  const convs = lowered.ops.filter(isNormedConv);
  const mixedGates = new Set(gates.map((gate) => gate.norm)).size > 1;
  const bias = norm === null && arch.convBias;
  return {
    arch,
    lowered,
    widths,
    offset: arch.stem ? 1 : 0,
    kinds: [...new Set(rows.map(({ kind }) => kind))],
    normVaries: mixedGates || convs.some((op) => !sameNorm(op.norm, norm)),
    biasVaries: (mixedGates && gates.some((gate) => gate.bias)) || convs.some((op) => op.bias !== bias),
    dilated: convs.some(({ dilation }) => dilation > 1),
    normed: convs.some((op) => op.norm !== null),
    bneck: bneckPlan(arch, widths),
    gates
  };
}

/** Whether the squeeze-and-excites of the table differ in a fact. */
export const gatesDiffer = ({ gates }: Plan, fact: keyof GateFacts): boolean =>
  new Set(gates.map((gate) => gate[fact])).size > 1;

/** Where the detector cuts its backbone: at the expansion of the tapped row, before that row, or around it. */
export interface Cut {
  readonly kind: 'expansion' | 'before' | 'around';
  /** The tapped row's place among the modules. */
  readonly at: number;
}

/** The cut for row `tap`; a row that adds its input cannot be cut and stands between the two halves. */
export function cutOf({ arch, offset, widths }: Plan, tap: number): Cut {
  const row = arch.rows[tap];
  const width = widths[tap] ?? 0;
  const at = tap + offset;
  if (row?.kind !== 'bneck' || !expands(row, width)) return { kind: 'before', at };
  return { kind: shortcutOf(row, width) === 'none' ? 'expansion' : 'around', at };
}
