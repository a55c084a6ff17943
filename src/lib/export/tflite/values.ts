/** @file Step 8, export: the values between operators, as floats or as 8-bit integers, turned into one another where both are read. */
import type { ActivationScale } from '../quantize/activations';
import type { QuantizationPlan } from '../quantize/plan';
import type { LiteAssembly, LiteScale, LiteType } from './assembly';

/** How a value is kept. */
export type Kept = 'float32' | 'int8';

const asScale = ({ scale, zeroPoint }: ActivationScale): LiteScale => ({
  scale: Float32Array.of(scale),
  zeroPoint: [zeroPoint],
  axis: 0
});

/** Gives out tensors by the name of a value and how it is wanted. */
export class LiteValues {
  private readonly made = new Map<string, number>();

  constructor(
    private readonly file: LiteAssembly,
    private readonly shapes: ReadonlyMap<string, readonly number[]>,
    private readonly plan: QuantizationPlan
  ) {}

  /** Sizes of a value with its batch of one. */
  shapeOf(name: string): readonly number[] {
    const shape = this.shapes.get(name);
    if (!shape) throw new Error(`lite ${name}: must have a shape`);
    return [1, ...shape];
  }

  scaleOf(name: string): ActivationScale {
    const scale = this.plan.get(name);
    if (!scale) throw new Error(`lite ${name}: must have a scale`);
    return scale;
  }

  /** A new tensor for a value. */
  create(name: string, type: LiteType, label = name): number {
    const bytes = type === 'int8' || type === 'uint8';
    const scale = bytes ? asScale(this.scaleOf(name)) : undefined;
    // Bytes without a sign lie 128 higher.
    const quantized =
      scale && type === 'uint8' ? { ...scale, zeroPoint: scale.zeroPoint.map((zero) => zero + 128) } : scale;
    return this.file.tensor({ name: label, shape: this.shapeOf(name), type, ...(quantized && { quantized }) });
  }

  /** From here on a value is there, kept so. */
  define(name: string, kept: Kept, tensor: number): void {
    this.made.set(`${kept} ${name}`, tensor);
  }

  /** The tensor of a value kept as wanted; what is there in the other form only is turned, once. */
  read(name: string, kept: Kept): number {
    const known = this.made.get(`${kept} ${name}`);
    if (known !== undefined) return known;
    const other = this.made.get(`${kept === 'int8' ? 'float32' : 'int8'} ${name}`);
    if (other === undefined) throw new Error(`lite ${name}: must be there before it is read`);
    const tensor = this.create(name, kept, `${name || 'input'}.${kept}`);
    const [code, version] = kept === 'int8' ? (['quantize', 1] as const) : (['dequantize', 2] as const);
    this.file.operator({ code, version, inputs: [other], outputs: [tensor], fields: [] });
    this.define(name, kept, tensor);
    return tensor;
  }
}
