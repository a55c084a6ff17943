/** @file Step 1, spec: an architecture is a table of rows, read like the tables of the MobileNet papers. */

/** Height, width and channels of one picture or feature map (NHWC without the batch). */
export type Shape = readonly [height: number, width: number, channels: number];

/** The non-linearity of a row, named RE, R6, HS or – on screen. */
export type NL = 'linear' | 'relu' | 'relu6' | 'hardSwish';

export type Kernel = 3 | 5 | 7;
export type Stride = 1 | 2;

/** TensorFlow's SAME (asymmetric at stride 2) or PyTorch's symmetric kernel // 2. */
export type Padding = 'same' | 'symmetric';

/** Squeeze-and-excite after the depthwise activation: pool, ReLU to `channels`, hard sigmoid, scale (MobileNetV3 §5.3). */
export interface SqueezeExcite {
  readonly channels: number;
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
}

/** A depthwise-separable convolution (MobileNetV1 §3.1): depthwise, then pointwise, each with norm and activation. */
export interface SeparableRow {
  readonly kind: 'separable';
  readonly kernel: Kernel;
  readonly out: number;
  readonly nl: NL;
  readonly stride: Stride;
}

export type Row = BneckRow | SeparableRow;

/** One width with its non-linearity, for the layers of the head. */
export interface HeadLayer {
  readonly out: number;
  readonly nl: NL;
}

/** Optional 1x1 convolution, global average pool, optional hidden dense layer, logits. */
export interface ClassifierHead {
  readonly kind: 'classifier';
  readonly conv: HeadLayer | null;
  readonly hidden: HeadLayer | null;
}

/** Batch norm: `momentum` is the share of the running statistics kept at each step (TensorFlow's decay). */
export interface Norm {
  readonly epsilon: number;
  readonly momentum: number;
}

/** How a width multiplier acts on this network: V1 truncates, V2 keeps the head, V3 scales exp size and head (torchvision). */
export type ScalingRule = 'v1' | 'v2' | 'v3';

/** A whole network as a table; plain data that can be stored, cloned and compared. */
export interface Architecture {
  readonly format: 1;
  readonly name: string;
  readonly input: Shape;
  readonly classes: number;
  readonly padding: Padding;
  readonly norm: Norm;
  readonly scaling: ScalingRule;
  readonly stem: Stem;
  readonly rows: readonly Row[];
  readonly head: ClassifierHead;
}

/** What is wrong with a table, where: `path` is the JSON path of the field ('rows.3.out'). */
export interface Issue {
  readonly path: string;
  readonly message: string;
  /** Legal values nearest to the one refused, nearest first. */
  readonly nearest?: readonly number[];
}
