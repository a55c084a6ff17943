/** @file Import: what a table says and no graph does: our files carry it along as text. */
import type { Architecture, DetectionRule, Padding, ScalingRule } from '$lib/arch/architecture';

/** Under this name the text lies in the metadata of a file. */
export const aboutKey = 'bneck';

/** Hints beside a graph: what the graph itself says counts before any of them. */
export interface About {
  readonly format: 1;
  readonly name: string;
  /** Of a table that ends in maps; the graph tells those of any other. */
  readonly classes: number;
  /** Tried first: both paddings are the same on some maps. */
  readonly padding: Padding;
  readonly scaling: ScalingRule;
  /** Of a classifier; null for other heads. */
  readonly dropout: number | null;
  /** Default boxes of a detector and how detections are chosen; null for other heads. */
  readonly rule: DetectionRule | null;
}

/** The hints of a table. */
export function aboutOf({ name, classes, padding, scaling, head }: Architecture): About {
  return {
    format: 1,
    name,
    classes,
    padding,
    scaling,
    dropout: head.kind === 'classifier' ? head.dropout : null,
    rule: head.kind === 'ssdlite' ? head.rule : null
  };
}
