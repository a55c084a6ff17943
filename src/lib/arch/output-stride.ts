/** @file Step 1, spec: a denser last map: strides past the wanted one become dilation (atrous convolution). */
import type { Architecture, Row } from './architecture';

/** Pixels of the input between two cells of the last map. */
export type OutputStride = 32 | 16 | 8;

/** A row that strode has no shortcut, and gets none where its dilation takes the stride's place. */
const dilated = (row: Exclude<Row, { kind: 'squeezeExcite' }>, dilation: number): Row => {
  const dense = { ...row, stride: 1, dilation: row.dilation * dilation } as const;
  return dense.kind === 'bneck' && row.stride === 2 ? { ...dense, shortcut: 'none' } : dense;
};

/**
 * Rows that would stride past `outputStride` keep their resolution and dilate instead, that row included
 * (torchvision `mobilenet_v3(dilated=True)`; MobileNetV3 §6.4).
 */
export function withOutputStride(arch: Architecture, outputStride: OutputStride): Architecture {
  let stride: number = arch.stem?.stride ?? 1;
  let dilation = 1;
  const rows = arch.rows.map((row): Row => {
    if (row.kind === 'squeezeExcite') return row;
    if (stride * row.stride > outputStride) dilation *= row.stride;
    else stride *= row.stride;
    return dilation === 1 ? row : dilated(row, dilation);
  });
  return { ...arch, rows };
}
