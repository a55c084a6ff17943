/** @file Command line: the words of classes: a file with one a line, or those of the pictures that trained the network. */
import { readFileSync } from 'node:fs';
import { reasonOf } from '$lib/base/reason';
import type { Provenance } from '$lib/weights/checkpoint';
import { InputError } from './input-error';
import { trainedOn } from './pixels';

/** The label of each class from 0; empty where nobody knows. Throws InputError for a file that cannot be read. */
export function readLabels(path: string | undefined, from: Provenance | null): readonly string[] {
  if (path === undefined) return trainedOn(from)?.classes ?? [];
  try {
    return readFileSync(path, 'utf8').trimEnd().split(/\r?\n/);
  } catch (error) {
    throw new InputError(`--labels ${path}: ${reasonOf(error)}`);
  }
}
