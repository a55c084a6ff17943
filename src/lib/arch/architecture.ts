/** @file Step 1, spec: an architecture is a table of rows, read like the tables of the MobileNet papers. */

/** Height, width and channels of one picture or feature map (NHWC without the batch). */
export type Shape = readonly [height: number, width: number, channels: number];

/**
 * The non-linearity of a row, named RE, R6, HS, SW, SS or – on screen. `swish` is x·σ(x) (SiLU); `shiftedSwish` is the
 * x·σ(x+3)/6 that one article prints for h-swish.
 */
export type NL = 'linear' | 'relu' | 'relu6' | 'hardSwish' | 'swish' | 'shiftedSwish';

/** What squashes the gate of squeeze-and-excite; `linear` leaves it unbounded, as one article does. */
export type Gate = 'hardSigmoid' | 'sigmoid' | 'linear';

export type Kernel = 1 | 3 | 5 | 7;
export type Stride = 1 | 2;

/** TensorFlow's SAME (asymmetric at stride 2), PyTorch's symmetric padding of half the (dilated) kernel, or none. */
export type Padding = 'same' | 'symmetric' | 'valid';

/** Squeeze-and-excite: pool, `nl` to `channels`, `gate` back, scale (MobileNetV3 §5.3). */
export interface SqueezeExcite {
  readonly channels: number;
  readonly nl: NL;
  readonly gate: Gate;
  /** Both layers have a bias; without it and with `norm` they are 1x1 convolutions with batch norm. */
  readonly bias: boolean;
  readonly norm: boolean;
  readonly place: 'afterDepthwise' | 'afterProject';
}

/** The full convolution that opens every MobileNet. */
export interface Stem {
  readonly kernel: Kernel;
  readonly out: number;
  readonly nl: NL;
  readonly stride: Stride;
}

/** An inverted residual with linear bottleneck (MobileNetV2 §3.3, MobileNetV3 §5); widths are absolute channel counts. */
export interface BneckRow {
  readonly kind: 'bneck';
  readonly kernel: Kernel;
  readonly expSize: number;
  readonly out: number;
  readonly se: SqueezeExcite | null;
  readonly nl: NL;
  readonly stride: Stride;
  /** Gap between the taps of the depthwise kernel; 1 is the plain kernel (atrous convolution, MobileNetV3 §6.4). */
  readonly dilation: number;
  /** The papers' code leaves the 1x1 expand convolution out where exp size equals the width; `always` keeps it. */
  readonly expand: 'whenWider' | 'always';
  /** At stride 1: add the input where widths agree; add it through a 1x1 convolution where they do not; or never. */
  readonly shortcut: 'identity' | 'conv' | 'none';
}

/** A depthwise-separable convolution (MobileNetV1 §3.1): depthwise, then pointwise. */
export interface SeparableRow {
  readonly kind: 'separable';
  readonly kernel: Kernel;
  readonly out: number;
  readonly nl: NL;
  readonly stride: Stride;
  readonly dilation: number;
  /** Norm and activation after the depthwise, too (V1); `plain` has neither there. */
  readonly between: 'normed' | 'plain';
}

/** One depthwise convolution; `multiplier` filters for each channel. */
export interface DepthwiseRow {
  readonly kind: 'depthwise';
  readonly kernel: Kernel;
  readonly multiplier: number;
  readonly nl: NL;
  readonly stride: Stride;
  readonly dilation: number;
}

/** One full convolution. */
export interface ConvRow {
  readonly kind: 'conv';
  readonly kernel: Kernel;
  readonly out: number;
  readonly nl: NL;
  readonly stride: Stride;
  readonly dilation: number;
}

/** Squeeze-and-excite alone. */
export interface SqueezeExciteRow {
  readonly kind: 'squeezeExcite';
  readonly se: SqueezeExcite;
}

export type Row = BneckRow | SeparableRow | DepthwiseRow | ConvRow | SqueezeExciteRow;

/** Batch norm: `momentum` is the share of the running statistics kept at each step (TensorFlow's decay). */
export interface Norm {
  readonly epsilon: number;
  readonly momentum: number;
}

/** One width with its non-linearity. */
export interface HeadLayer {
  readonly out: number;
  readonly nl: NL;
}

/** Optional 1x1 convolution, global average pool, optional hidden dense layer, logits. */
export interface ClassifierHead {
  readonly kind: 'classifier';
  readonly conv: HeadLayer | null;
  readonly hidden: HeadLayer | null;
  /** Share of the values dropped before the logits while training. */
  readonly dropout: number;
  readonly logitsBias: boolean;
}

/** No head: the maps of some rows are the answer; `outIndices` counts rows from 0 (`out_indices` of a backbone). */
export interface FeaturesHead {
  readonly kind: 'features';
  readonly outIndices: readonly number[];
}

/** A pool window in pixels, cut to the map where the map is smaller. */
export interface PoolWindow {
  readonly kernel: readonly [height: number, width: number];
  readonly stride: readonly [height: number, width: number];
}

/** Lite reduced atrous spatial pyramid pooling (MobileNetV3 §6.4, Fig. 10); one class map per class, as large as the input. */
export interface LrasppHead {
  readonly kind: 'lraspp';
  /** The last 1x1 convolution of the backbone. */
  readonly conv: HeadLayer | null;
  readonly filters: number;
  /** The row, counted from 0, whose map is joined in at finer resolution. */
  readonly low: number;
  /** What the gate looks at: the whole map (torchvision) or windows of it (the paper). */
  readonly pool: 'global' | PoolWindow;
  readonly gate: Gate;
  /** Batch norm of this head alone; null where it is folded. */
  readonly norm: Norm | null;
}

/** One extra feature map of SSDLite: 1x1 to `mid`, 3x3 depthwise of stride 2, 1x1 to `out`. */
export interface ExtraBlock {
  readonly mid: number;
  readonly out: number;
}

/** Default boxes over the maps, and how scores become detections (SSD, arXiv 1512.02325 §2.2; torchvision `ssdlite320`). */
export interface DetectionRule {
  readonly minScale: number;
  readonly maxScale: number;
  /** Besides the square; each also upside down. */
  readonly ratios: readonly number[];
  /** TensorFlow's SSD gives the finest map three boxes, one of them of scale 0.1, instead of the full set. */
  readonly reduceFinest: boolean;
  /** Softmax over the classes with background (torchvision) or a sigmoid for each (TensorFlow). */
  readonly scores: 'softmax' | 'sigmoid';
  /** Order of the four numbers of a box: x y w h (torchvision) or y x h w (TensorFlow). */
  readonly boxOrder: 'xywh' | 'yxhw';
  readonly scoreThreshold: number;
  readonly iouThreshold: number;
  readonly candidates: number;
  readonly detections: number;
}

/** SSDLite (MobileNetV2 §6.2, MobileNetV3 §6.3): separable predictors on C4, C5 and extra maps. */
export interface SsdliteHead {
  readonly kind: 'ssdlite';
  /** The last 1x1 convolution of the backbone: C5. */
  readonly conv: HeadLayer | null;
  /** The row, counted from 0, whose expansion is C4; one without an expansion is tapped at its input. */
  readonly tap: number;
  readonly extras: readonly ExtraBlock[];
  readonly nl: NL;
  readonly norm: Norm | null;
  readonly rule: DetectionRule;
}

/** One step of a decoder: twice the size, 1x1 to the skip's width, gate the skip by their sum, add, separable refine. */
export interface DecoderStage {
  /** Column of the map joined in: 0 the stem, i row i as the table counts. */
  readonly skip: number;
  readonly squeeze: number;
  readonly kernel: Kernel;
  readonly nl: NL;
}

/** Encoder-decoder for masks: a gated 1x1 context, stages up the skips, a 2x2 transposed convolution to the input's size. */
export interface DecoderHead {
  readonly kind: 'decoder';
  readonly filters: number;
  readonly gate: Gate;
  readonly stages: readonly DecoderStage[];
  /** Non-linearity of the mask itself. */
  readonly out: 'sigmoid' | 'linear';
}

export type Head = ClassifierHead | FeaturesHead | LrasppHead | SsdliteHead | DecoderHead;

/**
 * How a width multiplier acts on this network: V1 truncates; V2 keeps each row's ratio; V3 rounds as V3's code does;
 * `ratio` keeps the rows' ratios, too, quarters them for SE and scales the whole head (article 004).
 */
export type ScalingRule = 'v1' | 'v2' | 'v3' | 'ratio';

/** A whole network as a table; plain data that can be stored, cloned and compared. */
export interface Architecture {
  readonly format: 1;
  readonly name: string;
  readonly input: Shape;
  /** Classes of the answer, the background counted where there is one. */
  readonly classes: number;
  readonly padding: Padding;
  /** Batch norm after every convolution; null where it was folded away or never was. */
  readonly norm: Norm | null;
  /** Convolutions carry a bias of their own: only without batch norm (an imported network has its norm folded in here). */
  readonly convBias: boolean;
  readonly scaling: ScalingRule;
  /** Null for a single block, which reads the input itself. */
  readonly stem: Stem | null;
  readonly rows: readonly Row[];
  readonly head: Head;
}

/** What is wrong with a table, where: `path` is the JSON path of the field ('rows.3.out'). */
export interface Issue {
  readonly path: string;
  readonly message: string;
  /** Legal values nearest to the one refused, nearest first. */
  readonly nearest?: readonly number[];
}
