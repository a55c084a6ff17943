/** @file Step 1, spec: every option a person may set on a whole network, applied in the one order that is right. */
import type { Architecture, Padding, Shape } from './architecture';
import { withConvention, type Convention } from './convention';
import { withOutputStride, type OutputStride } from './output-stride';
import { reduceTail } from './reduced-tail';
import { scaleWidth, type WidthRule } from './scale';
import { withHead, type HeadChoice } from './with-head';

/** What to change in a table; whatever is absent stays as it is. */
export interface NetworkChange {
  /** Width multiplier, and whose code rounds it. */
  readonly width?: number;
  readonly widthRule?: WidthRule;
  readonly input?: Shape;
  /** The background counted where the head has one. */
  readonly classes?: number;
  readonly padding?: Padding;
  readonly head?: HeadChoice;
  /** Rows a features head answers with, counted from 0. */
  readonly outIndices?: readonly number[];
  readonly outputStride?: OutputStride;
  readonly reducedTail?: boolean;
  /** Batch norm and padding as one code base has them. */
  readonly convention?: Convention;
}

/**
 * Applies a change: convention, reduced tail, head, width, output stride, then input, classes, padding and output rows.
 * The tail is cut at the table's own widths and the head scales with them; a head's usual output stride, classes and
 * input hold unless the change names its own.
 */
export function applyNetworkOptions(arch: Architecture, options: NetworkChange): Architecture {
  const { width, widthRule, head, outIndices, outputStride, convention } = options;
  let next = convention ? withConvention(arch, convention) : arch;
  if (options.reducedTail) next = reduceTail(next);
  if (head) next = withHead(next, head, outputStride);
  if (width !== undefined) next = scaleWidth(next, width, widthRule);
  if (outputStride) next = withOutputStride(next, outputStride);
  if (outIndices && next.head.kind === 'features') next = { ...next, head: { kind: 'features', outIndices } };
  const { input = next.input, classes = next.classes, padding = next.padding } = options;
  return { ...next, input, classes, padding };
}
