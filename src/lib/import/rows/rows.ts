/** @file Import: rows of a table as timm or torchvision write them, whichever the text is. */
import { parseTimm } from './timm';
import { parseTorchvision } from './torchvision';
import type { RowsRead } from './read';

/** Words that only torchvision's listings have. */
const torchvisionWords = /InvertedResidualConfig|bneck_conf|inverted_residual_setting/;

/** Reads Python text with the rows of one network; nothing of it is run. */
export function importRows(text: string): RowsRead {
  return torchvisionWords.test(text) ? parseTorchvision(text) : parseTimm(text);
}
