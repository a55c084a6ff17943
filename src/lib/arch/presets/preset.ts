/** @file Step 1, spec: what a preset says about itself. */
import type { Architecture } from '../architecture';

/** A text of the messages, looked up when it is said. */
export type Words = () => string;

/** Numbers as the source prints them, null where it prints none; latency is on one large core of a Pixel 1, batch 1, TFLite. */
export interface Published {
  readonly params: string | null;
  readonly madds: string | null;
  /** ImageNet top-1 accuracy in percent. */
  readonly top1: number | null;
  readonly pixel1Ms: number | null;
  readonly source: string;
}

/** Where a table was read. */
export interface Source {
  readonly citation: Words;
  /** Null where the text came without an address. */
  readonly url: string | null;
}

/** Of a paper, of one of the five articles (counted 000 to 004), or a single block of article 000. */
export type PresetGroup = 'paper' | 'article' | 'block';

export interface Preset {
  readonly id: string;
  readonly arch: Architecture;
  readonly group: PresetGroup;
  readonly source: Source;
  readonly published: Published | null;
  /** Id of the paper's preset whose table it claims to be; null for the papers' own and for blocks. */
  readonly reference: string | null;
  /** Id of the preset as printed that this one repairs. */
  readonly repairs: string | null;
  /** What a table cannot say: code that is missing, a second dropout. */
  readonly notes: readonly Words[];
}
