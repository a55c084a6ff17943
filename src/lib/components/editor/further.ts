/** @file Components: the computed lines that the table shows on demand. */

/** One cell: its text and its share of the largest of the line, 0..1; a null text is a gap. */
export interface FurtherCell {
  readonly text: string | null;
  readonly share: number;
}

/** One line over all columns; `total` is what it comes to for the whole network, in words. */
export interface FurtherLine {
  readonly label: string;
  readonly unit: string;
  readonly cells: readonly FurtherCell[];
}
