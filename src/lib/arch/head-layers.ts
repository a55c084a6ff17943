/** @file Step 1, spec: the layers between the last row and the answer, whatever the head. */
import type { Head, HeadLayer } from './architecture';

/** Which layer of the head: the last 1x1 convolution, or the hidden layer of a classifier. */
export type HeadLayerName = 'conv' | 'hidden';

/** The head with its last convolution and hidden layer changed; heads without one stay. */
export function mapHeadLayers(head: Head, change: (layer: HeadLayer, name: HeadLayerName) => HeadLayer): Head {
  if (head.kind === 'classifier') {
    const conv = head.conv && change(head.conv, 'conv');
    return { ...head, conv, hidden: head.hidden && change(head.hidden, 'hidden') };
  }
  if (head.kind === 'lraspp' || head.kind === 'ssdlite') {
    return { ...head, conv: head.conv && change(head.conv, 'conv') };
  }
  return head;
}

/** The last 1x1 convolution of the head, if it has one. */
export function lastConvOf(head: Head): HeadLayer | null {
  return head.kind === 'features' || head.kind === 'decoder' ? null : head.conv;
}
