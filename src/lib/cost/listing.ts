/** @file Step 3, cost: a table as the modules and function calls that a framework runs, unfused, in order. */
import type { Architecture, Shape } from '$lib/arch/architecture';
import { lower } from '$lib/ops/lower';
import type { Activation, Op } from '$lib/ops/op';
import { costOf } from './cost';
import { dialectOf, dialects, type Dialect, type DialectId } from './dialect';

export type PartKind =
  | 'conv'
  | 'linear'
  | 'norm'
  | 'activation'
  | 'pool'
  | 'mean'
  | 'windowPool'
  | 'resize'
  | 'multiply'
  | 'add'
  | 'concat'
  | 'identity'
  | 'block';

/** One module or function call; a block stands after its last part, it and an identity (or dropout) do nothing. */
export interface Part {
  /** The op's id; parts after the op's first add a slash and their kind. */
  readonly id: string;
  readonly op: Op;
  readonly kind: PartKind;
  /** 'Conv2d', 'BatchNorm2d', 'mul' and so on. */
  readonly type: string;
  /** Names of the modules, innermost first; none for a function call. */
  readonly modules: readonly string[];
  readonly nl: Activation;
  readonly inputs: readonly string[];
  readonly inElements: number;
  readonly out: Shape;
  /** A vector rather than a map of one pixel. */
  readonly flat: boolean;
  readonly params: number;
  readonly madds: number;
  readonly bias: boolean;
}

const elements = ([height, width, channels]: Shape): number => height * width * channels;

/** What a part is, besides where it stands. */
interface Named {
  readonly kind: PartKind;
  readonly type: string;
  readonly modules?: readonly string[];
  readonly params?: number;
  readonly madds?: number;
  readonly bias?: boolean;
  readonly nl?: Activation;
}

/** Lists the parts of one op, and remembers which part ends it. */
class Listing {
  readonly parts: Part[] = [];
  private readonly ends = new Map<string, string>([['', '']]);

  constructor(
    private readonly arch: Architecture,
    private readonly dialect: Dialect
  ) {}

  private isSqueezeExcite(op: Op): boolean {
    return op.column <= this.arch.rows.length && /\.(pool|squeeze|excite|scale)$/.test(op.id);
  }

  private flat(op: Op): boolean {
    if (op.kind !== 'dense') return false;
    return this.isSqueezeExcite(op) ? this.dialect.squeezeExcite.linear : !op.id.startsWith('head.gate');
  }

  /** The part that reads what the op reads. */
  private first(op: Op, { kind, type, ...rest }: Named): void {
    const inputs = op.inputs.map((id) => this.ends.get(id) ?? id);
    this.push(op, op.id, { kind, type, modules: [type], ...rest }, { inputs, inElements: elements(op.in) });
  }

  /** A part that goes on where the op's last one ended. */
  private then(op: Op, { kind, type, ...rest }: Named): void {
    const inputs = [this.ends.get(op.id) ?? op.id];
    const id = `${op.id}/${kind}`;
    this.push(op, id, { kind, type, modules: [type], ...rest }, { inputs, inElements: elements(op.out) });
  }

  private push(op: Op, id: string, named: Named, from: Pick<Part, 'inputs' | 'inElements'>): void {
    const { kind, type, modules = [], params = 0, madds = 0, bias = false, nl = 'linear' } = named;
    const common = { id, op, kind, type, modules, params, madds, bias, nl, ...from };
    this.parts.push({ ...common, out: op.out, flat: this.flat(op) });
    this.ends.set(op.id, id);
  }

  private activation(op: Op, nl: Activation): void {
    const modules = this.dialect.activations[nl];
    const type = modules.at(-1);
    if (type === undefined) return;
    const bare = this.dialect.squeezeExcite.bareNl && this.isSqueezeExcite(op) && op.id.endsWith('.squeeze');
    this.then(op, { kind: 'activation', type: bare ? type.toLowerCase() : type, modules: bare ? [] : modules, nl });
  }

  private weighted(op: Op & { nl: Activation }): void {
    const { params, madds, buffers } = costOf(op);
    const vector = op.kind === 'dense' && this.flat(op);
    const type = vector ? 'Linear' : op.kind === 'transposedConv' ? 'ConvTranspose2d' : 'Conv2d';
    // Norms hold as many learned numbers as running ones.
    const bias = op.kind === 'transposedConv' || ('bias' in op && op.bias);
    this.first(op, { kind: vector ? 'linear' : 'conv', type, params: params - buffers, madds, bias });
    if (buffers > 0) this.then(op, { kind: 'norm', type: 'BatchNorm2d', params: buffers });
    this.activation(op, op.nl);
  }

  private pool(op: Op): void {
    const { squeezeExcite, headPool } = this.dialect;
    const gate = this.isSqueezeExcite(op);
    if (gate && squeezeExcite.pool === 'mean') this.first(op, { kind: 'mean', type: 'mean', modules: [] });
    else if (op.id === 'head.pool' && headPool === 'function')
      this.first(op, { kind: 'pool', type: 'adaptive_avg_pool2d', modules: [] });
    else this.first(op, { kind: 'pool', type: 'AdaptiveAvgPool2d' });
  }

  private dropout(before: Op, follows: Op | undefined): void {
    const { head } = this.arch;
    if (head.kind !== 'classifier' || head.dropout === 0 || !follows) return;
    const both = this.dialect.dropouts === 'both' && before.id === 'head.hidden';
    if (before.id !== 'head.logits' && !both) return;
    this.then(follows, { kind: 'identity', type: 'Dropout' });
    // The vector of a pooled map.
    const last = this.parts.pop();
    if (last) this.parts.push({ ...last, flat: true });
  }

  private absent(op: Op): void {
    const row = this.arch.rows[op.column - 1];
    const { absent } = this.dialect.squeezeExcite;
    if (absent !== null && row?.kind === 'bneck' && !row.se && op.kind === 'depthwise')
      this.then(op, { kind: 'identity', type: absent });
  }

  /** Rows of the modules that hold this op as their last. */
  private blocks(op: Op, next: Op | undefined): void {
    const row = this.arch.rows[op.column - 1];
    const block = (type: string | null): void => {
      if (type === null) return;
      this.then(op, { kind: 'block', type });
      const last = this.parts.at(-1);
      this.ends.set(op.id, last?.inputs[0] ?? op.id);
    };
    // A network of one block is that block: a summary lists what is inside it.
    const alone = !this.arch.stem && this.arch.rows.length === 1;
    if (alone && (row?.kind === 'squeezeExcite' || next?.column !== op.column)) return;
    if (op.kind === 'multiply' && this.isSqueezeExcite(op)) block(this.dialect.squeezeExcite.block);
    if (!row || next?.column === op.column) return;
    if (row.kind === 'bneck') block(this.dialect.bneck);
    if (row.kind === 'separable') block(this.dialect.separable);
  }

  add(op: Op, around: { readonly before: Op | undefined; readonly after: Op | undefined }): void {
    this.dropout(op, around.before);
    if (op.kind === 'pool') this.pool(op);
    else if (op.kind === 'averagePool') this.first(op, { kind: 'windowPool', type: 'AvgPool2d' });
    else if (op.kind === 'resize') this.first(op, { kind: 'resize', type: 'interpolate', modules: [] });
    else if (op.kind === 'multiply') this.first(op, { kind: 'multiply', type: 'mul', modules: [] });
    else if (op.kind === 'add') this.first(op, { kind: 'add', type: 'add', modules: [] });
    else if (op.kind === 'concat') this.first(op, { kind: 'concat', type: 'cat', modules: [] });
    else this.weighted(op);
    this.absent(op);
    this.blocks(op, around.after);
  }
}

/** The parts of a valid table in execution order, in the words of the code it comes from unless told otherwise. */
export function listingOf(arch: Architecture, dialect: DialectId = dialectOf(arch)): readonly Part[] {
  const listing = new Listing(arch, dialects[dialect]);
  const ops = lower(arch);
  ops.forEach((op, i) => listing.add(op, { before: ops[i - 1], after: ops[i + 1] }));
  return listing.parts;
}
