/** @file Step 1, spec: MobileNetV3-Large and -Small from the blocks of article 002, as printed and repaired. */
import { m } from '$paraglide/messages';
import type { Architecture, BneckRow } from '../architecture';
import { articlePair, framed, withBnecks } from './article';
import { mobileNetV3Large, mobileNetV3Small } from './mobilenet-v3';
import type { Preset } from './preset';

/**
 * Always expands; gates a quarter of #out after the projection, with norms in place of biases; at stride 1 a 1x1
 * convolution makes a shortcut where widths differ.
 */
const printedRow = (row: BneckRow): BneckRow => ({
  ...row,
  expand: 'always',
  shortcut: 'conv',
  se: row.se && { ...row.se, channels: Math.floor(row.out / 4), bias: false, norm: true, place: 'afterProject' }
});

/** The article drops nothing. */
const plain = (arch: Architecture, name: string): Architecture => framed(arch, name, 0);

const printed = (arch: Architecture, name: string): Architecture => withBnecks(plain(arch, name), printedRow);

const notes = [m.article_002_assembled, m.article_002_missing] as const;

export const article002: readonly Preset[] = [
  ...articlePair('002', {
    suffix: '-large',
    printed: printed(mobileNetV3Large, 'Article 002 Large'),
    repaired: plain(mobileNetV3Large, 'Article 002 Large · repaired'),
    reference: 'v3-large',
    notes,
    repairedNotes: [m.article_002_repaired]
  }),
  ...articlePair('002', {
    suffix: '-small',
    printed: printed(mobileNetV3Small, 'Article 002 Small'),
    repaired: plain(mobileNetV3Small, 'Article 002 Small · repaired'),
    reference: 'v3-small',
    notes,
    repairedNotes: [m.article_002_repaired]
  })
];
