/** @file Tasks: what a network learns by its head: from which pictures, with which loss, and by which figure it is judged. */
import type { Architecture, Head } from '$lib/arch/architecture';
import type { Dataset } from '$lib/data/dataset';
import { lower } from '$lib/ops/lower';
import type { Metric } from '$lib/weights/checkpoint';
import { m } from '$paraglide/messages';
import { plainBoxes, plainClasses, type Objective } from './objective';

/** What each kind of head learns; features are nobody's answer. */
export const learnedBy: Readonly<Record<Head['kind'], Objective['kind'] | null>> = {
  classifier: 'classes',
  lraspp: 'pixels',
  decoder: 'pixels',
  ssdlite: 'boxes',
  features: null
};

const figures: Readonly<Record<Objective['kind'], Metric>> = { classes: 'accuracy', pixels: 'mIoU', boxes: 'AP@0.5' };

/** Kinds of head as they are called on the page. */
export const headNames: Readonly<Record<Head['kind'], () => string>> = {
  classifier: m.head_classifier,
  features: m.head_features,
  lraspp: m.head_lraspp,
  ssdlite: m.head_ssdlite,
  decoder: m.head_decoder
};

/** Whether the answer has been through a sigmoid. */
export const isSquashed = ({ head }: Architecture): boolean => head.kind === 'decoder' && head.out === 'sigmoid';

/** What a network learns with: cross-entropy, over pictures or pixels (binary under a sigmoid), or multibox. */
export function objectiveFor(arch: Architecture, smoothing = 0): Objective {
  const kind = learnedBy[arch.head.kind];
  if (kind === 'pixels') return { kind, loss: isSquashed(arch) ? 'binary' : 'crossEntropy', ignore: null };
  return kind === 'boxes' ? plainBoxes : { ...plainClasses, smoothing };
}

/** The figure a network is judged by. */
export function metricOf({ head }: Pick<Architecture, 'head'>): Metric {
  return figures[learnedBy[head.kind] ?? 'classes'];
}

/** Why a head does not learn from pictures, in a sentence that says what would; empty where it does. */
export function whyNotPictures(
  { name: network, head }: Pick<Architecture, 'name' | 'head'>,
  { kind, name: data }: Pick<Dataset, 'kind' | 'name'>
): string {
  const learned = learnedBy[head.kind];
  const words = { network, head: headNames[head.kind](), data };
  if (learned === null) return m.learning_features(words);
  if (learned === 'classes') return kind === 'scenes' ? m.learning_needs_classes(words) : '';
  if (kind === 'scenes') return '';
  return learned === 'pixels' ? m.learning_needs_masks(words) : m.learning_needs_boxes(words);
}

/** Why a table cannot learn from pictures it was fitted to, in a sentence; empty where it can. */
export function whyNotLearn(arch: Architecture, data: Pick<Dataset, 'kind' | 'name'>): string {
  const refusal = whyNotPictures(arch, data);
  if (refusal || learnedBy[arch.head.kind] !== 'pixels') return refusal;
  const [height, width] = lower(arch).at(-1)?.out ?? [];
  const [wanted, got] = [arch.input.slice(0, 2).join('×'), `${height}×${width}`];
  return wanted === got ? '' : m.learning_mask_size({ network: arch.name, wanted, got });
}
