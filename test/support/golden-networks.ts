/** @file Golden networks as our tables: what each `spec` means, and their rows regrouped as our ops are. */
import type { Architecture, Shape } from '../../src/lib/arch/architecture';
import { applyNetworkOptions, type NetworkChange } from '../../src/lib/arch/options';
import { presetById } from '../../src/lib/arch/presets/catalogue';
import type { Activation, Op } from '../../src/lib/ops/op';

/** How the generating script was told to build a network. */
export interface GoldenSpec {
  readonly family: string;
  readonly kind?: 'large' | 'small';
  readonly width?: number;
  readonly reduced_tail?: boolean;
  readonly dilated?: boolean;
  readonly last_stride?: 1 | 2;
  readonly num_classes?: number;
  readonly form?: 'literal' | 'restored' | 'yolov5' | 'dwpw';
}

/** Channels, height, width. */
export type GoldenShape = readonly [number, number, number];

const articles: Readonly<Record<string, string>> = {
  seed001_large: 'article-001-large',
  seed001_small: 'article-001-small',
  seed002_v3_large: 'article-002-large',
  seed002_v3_large_backbone: 'article-002-large',
  seed002_v3_small: 'article-002-small',
  seed003_v1: 'article-003',
  seed004_large: 'article-004-large',
  seed004_small: 'article-004-small',
  seed000_dws: 'article-000-separable',
  seed000_conv: 'article-000-conv'
};

function presetOf(spec: GoldenSpec): readonly [id: string, change: NetworkChange] {
  const { family, kind = 'large', width = 1, form } = spec;
  const repaired = form === 'restored' ? '-repaired' : '';
  const torchvision = { convention: 'torchvision', width } as const;
  if (family === 'tv_v2') return ['v2', torchvision];
  if (family === 'tv_v3') {
    const outputStride = spec.dilated ? 16 : 32;
    return [`v3-${kind}`, { ...torchvision, outputStride, reducedTail: spec.reduced_tail === true }];
  }
  if (family === 'v1') return [spec.last_stride === 2 ? 'article-003' : 'v1', { ...torchvision }];
  if (family === 'lraspp') return ['v3-large', { ...torchvision, head: 'lraspp' }];
  if (family === 'ssdlite') {
    return ['v3-large', { ...torchvision, head: 'ssdlite', reducedTail: spec.reduced_tail === true }];
  }
  if (family === 'seed004_columnfix') return [`article-004-${kind}-repaired`, {}];
  if (family === 'seed000_inverted_residual') return [`article-000-inverted-residual${repaired}`, {}];
  if (family === 'seed000_se') return [`article-000-se${repaired}`, {}];
  if (family === 'seed000_dwconv') return [`article-000-dwconv${form === 'dwpw' ? '-pointwise' : ''}`, {}];
  if (family === 'seed002_v3_large_backbone') return ['article-002-large', { head: 'features', outIndices: [14] }];
  return [articles[family] ?? family, {}];
}

/** Our table of a golden network, reading `shape`. */
export function goldenArchitecture(spec: GoldenSpec, [channels, height, width]: GoldenShape): Architecture {
  const [id, change] = presetOf(spec);
  const preset = presetById(id);
  if (!preset) throw new Error(`golden ${spec.family}: preset ${id} must exist`);
  const input: Shape = [height, width, channels];
  const classes = spec.num_classes;
  return applyNetworkOptions(preset.arch, { ...change, input, ...(classes === undefined ? {} : { classes }) });
}

/** One row of a golden table: an operator in execution order. */
export type GoldenRow = readonly [
  name: string,
  type: string,
  cfg: string,
  out: readonly number[],
  params: number,
  madds: number,
  fvcore: number,
  elems: number
];

/** What one of our ops must be: several golden rows (convolution, norm, activation) folded into one. */
export interface GoldenOp {
  readonly name: string;
  readonly what: string;
  readonly out: readonly number[];
  params: number;
  readonly madds: number;
  norm: string;
  nl: Activation;
}

const activations: Readonly<Record<string, Activation>> = {
  ReLU: 'relu',
  relu: 'relu',
  ReLU6: 'relu6',
  Hardswish: 'hardSwish',
  HardSwish: 'hardSwish',
  HSwish: 'hardSwish',
  hswish: 'hardSwish',
  h_swish: 'shiftedSwish',
  SiLU: 'swish',
  Sigmoid: 'sigmoid',
  sigmoid: 'sigmoid',
  Hardsigmoid: 'hardSigmoid',
  HardSigmoid: 'hardSigmoid',
  hsigmoid: 'hardSigmoid',
  HSigmoid: 'hardSigmoid'
};

const plain: Readonly<Record<string, string>> = {
  AdaptiveAvgPool2d: 'pool',
  adaptive_avg_pool2d: 'pool',
  mean: 'pool',
  mul: 'multiply',
  add: 'add',
  interpolate: 'resize',
  cat: 'concat'
};

/** 'i16 o64 k1 s1 p0 d1 g1 b0' or 'i960 o1280 b1'. */
const fieldsOf = (cfg: string): Record<string, number> =>
  Object.fromEntries([...cfg.matchAll(/([a-z]+)([\d.e-]+)/g)].map(([, name = '', value]) => [name, Number(value)]));

const outOf = (out: readonly number[]): readonly number[] => {
  if (out.length === 1) return [1, 1, ...out];
  return out.length === 2 ? [1, ...out] : [out[1] ?? 0, out[2] ?? 0, out[0] ?? 0];
};

/** One convolution in words; a dense layer is a 1x1 convolution of one pixel. */
function weighted(cfg: string): string {
  const { i = 0, o = 0, k = 1, s = 1, p = 0, d = 1, g = 1, b = 0 } = fieldsOf(cfg);
  return `${g > 1 ? 'depthwise' : 'conv'} in ${i} out ${o} kernel ${k} stride ${s} pad ${p} dilation ${d} bias ${b}`;
}

/** Folds norms and activations into the operator before them; dropout and identity vanish. */
export function goldenOps(rows: readonly GoldenRow[]): GoldenOp[] {
  const ops: GoldenOp[] = [];
  for (const [name, type, cfg, shape, params, madds] of rows) {
    const last = ops.at(-1);
    const out = outOf(shape);
    if (type === 'Dropout' || type === 'Identity') continue;
    if (type === 'BatchNorm2d' && last) {
      const { eps, mom = 0 } = fieldsOf(cfg);
      last.norm = `${eps} ${(1 - mom).toFixed(4)}`;
      last.params += params;
    } else if (activations[type] && last) last.nl = activations[type];
    else if (type === 'Conv2d' || type === 'Linear') {
      ops.push({ name, what: weighted(cfg), out, params, madds, norm: '', nl: 'linear' });
    } else if (plain[type]) {
      ops.push({ name: name || type, what: plain[type], out, params, madds, norm: '', nl: 'linear' });
    } else throw new Error(`golden row ${name}: type ${type} must be known`);
  }
  return ops;
}

/** Half the dilated kernel at the top: PyTorch's `padding`; none where the network has none. */
const padOf = (op: Op): number => ('pad' in op ? op.pad[0] : 0);

/** One of our ops in the same words. */
export function asGolden(op: Op, { params, madds }: { readonly params: number; readonly madds: number }): GoldenOp {
  const base = { name: op.id, out: [...op.out], params, madds };
  if (op.kind === 'conv' || op.kind === 'depthwise') {
    const { kernel, stride, dilation, bias, norm } = op;
    const what = `${op.kind} in ${op.in[2]} out ${op.out[2]} kernel ${kernel} stride ${stride} pad ${padOf(op)} dilation ${dilation} bias ${Number(bias)}`;
    return { ...base, what, norm: norm ? `${norm.epsilon} ${norm.momentum.toFixed(4)}` : '', nl: op.nl };
  }
  if (op.kind === 'dense') {
    const what = `conv in ${op.in[2]} out ${op.out[2]} kernel 1 stride 1 pad 0 dilation 1 bias ${Number(op.bias)}`;
    return { ...base, what, norm: '', nl: op.nl };
  }
  return { ...base, what: op.kind, norm: '', nl: 'linear' };
}
