/** @file Step 1, spec: MobileNetV1 of article 003, as printed and repaired. */
import { m } from '$paraglide/messages';
import type { Architecture } from '../architecture';
import { articlePair, pytorch } from './article';
import { mobileNetV1 } from './mobilenet-v1';
import { classifier, separable } from './rows';
import type { Preset } from './preset';

const repaired: Architecture = {
  ...mobileNetV1,
  ...pytorch,
  name: 'Article 003 · repaired',
  head: classifier(null, null, 0)
};

/** Stride 2 in the last row, as the paper's table prints and its sizes deny: the last map is 4x4. */
const printed: Architecture = {
  ...repaired,
  name: 'Article 003',
  rows: repaired.rows.with(-1, separable(1024, 2))
};

export const article003: readonly Preset[] = articlePair('003', {
  suffix: '',
  printed,
  repaired,
  reference: 'v1',
  notes: [m.article_003_stride]
});
