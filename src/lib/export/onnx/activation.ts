/** @file Step 8, export: activations as ONNX operators of the opset. */
import type { Activation } from '$lib/ops/op';
import type { OnnxAssembly } from './assembly';

/** The first opset with HardSwish. */
const HARD_SWISH_SINCE = 14;

/** ONNX's own alpha is 0.2: MobileNetV3's x/6 + 0.5 is always written out (MobileNetV3 §5.2). */
const sixth = { alpha: { float: 1 / 6 }, beta: { float: 0.5 } } as const;

type Rule = (file: OnnxAssembly, from: string, to: string) => void;

const rules: { readonly [A in Exclude<Activation, 'linear'>]: Rule } = {
  relu: (file, from, to) => void file.node('Relu', { from: [from], to }),
  relu6: (file, from, to) => void file.node('Clip', { from: [from, file.scalar(0), file.scalar(6)], to }),
  sigmoid: (file, from, to) => void file.node('Sigmoid', { from: [from], to }),
  hardSigmoid: (file, from, to) => void file.node('HardSigmoid', { from: [from], to, with: sixth }),
  hardSwish: (file, from, to) => {
    if (file.opset >= HARD_SWISH_SINCE) {
      file.node('HardSwish', { from: [from], to });
      return;
    }
    const gate = file.node('HardSigmoid', { from: [from], to: `${to}.gate`, with: sixth });
    file.node('Mul', { from: [from, gate], to });
  },
  swish: (file, from, to) => {
    const gate = file.node('Sigmoid', { from: [from], to: `${to}.gate` });
    file.node('Mul', { from: [from, gate], to });
  },
  shiftedSwish: (file, from, to) => {
    const shifted = file.node('Add', { from: [from, file.scalar(3)], to: `${to}.shifted` });
    const gate = file.node('Sigmoid', { from: [shifted], to: `${to}.gate` });
    const product = file.node('Mul', { from: [from, gate], to: `${to}.product` });
    file.node('Mul', { from: [product, file.scalar(1 / 6)], to });
  }
};

/** Writes what makes `to`, then its activation; a linear one is nothing. */
export function withActivation(
  file: OnnxAssembly,
  { to, nl }: { to: string; nl: Activation },
  make: (to: string) => void
): void {
  if (nl === 'linear') {
    make(to);
    return;
  }
  make(`${to}.before`);
  rules[nl](file, `${to}.before`, to);
}

/** Writes an activation alone. */
export function activation(file: OnnxAssembly, from: string, { to, nl }: { to: string; nl: Activation }): void {
  if (nl === 'linear') file.node('Identity', { from: [from], to });
  else rules[nl](file, from, to);
}
