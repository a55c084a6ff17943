/** @file Command line: the numbers of a network, from a file or from a seed. */
import { readFileSync } from 'node:fs';
import type { Architecture, Issue } from '$lib/arch/architecture';
import { describeIssues } from '$lib/arch/parse';
import { reasonOf } from '$lib/base/reason';
import { lower } from '$lib/ops/lower';
import type { Provenance, Tensors } from '$lib/weights/checkpoint';
import { goldenTensors } from '$lib/weights/golden-weights';
import { initTensors } from '$lib/weights/init';
import { readNamed, type ReadNamed } from '$lib/weights/names/read-named';
import { readSafetensors } from '$lib/weights/safetensors-format';
import { m } from '$paraglide/messages';
import { InputError } from './input-error';
import { remark } from './print';
import type { WeightsChoice } from './weights-choice';

export interface LoadedWeights {
  readonly tensors: Tensors;
  readonly from: Provenance | null;
}

/** Lines shown of each kind of mismatch. */
const mostLines = 20;

/** Throws an InputError after the list: what is of another shape or not finite, what is extra, what is missing. */
function refuseWeights(path: string, read: ReadNamed & { kind: 'mismatch' }): never {
  const { missing, extra, shapes, notFinite, issues } = read;
  const others = new Set([...extra, ...missing]);
  const of = (names: readonly string[]): readonly Issue[] => issues.filter((issue) => names.includes(issue.path));
  for (const group of [issues.filter((issue) => !others.has(issue.path)), of(extra), of(missing)]) {
    if (group.length > 0) remark(describeIssues(group, mostLines));
  }
  const counts = { shapes: shapes.length + notFinite.length, extra: extra.length, missing: missing.length };
  throw new InputError(m.cli_weights_mismatch({ path, ...counts }));
}

/**
 * The tensors as ours, whosever names they have, when they fit the table; a table that answers rows leaves a head's
 * aside. Else throws InputError after the list of what does not fit.
 */
export function checkFit(path: string, arch: Architecture, tensors: Tensors): Tensors {
  const read = readNamed(tensors, arch);
  if (read.kind === 'mismatch') return refuseWeights(path, read);
  if (read.leftOut.length > 0) remark(m.cli_weights_head_left({ path, count: read.leftOut.length }));
  return read.tensors;
}

function readFile(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    throw new InputError(`--weights ${path}: ${reasonOf(error)}`);
  }
}

function fromFile(path: string, arch: Architecture): LoadedWeights {
  const read = readSafetensors(readFile(path));
  if (read.kind === 'bad') {
    throw new InputError(m.cli_weights_file({ path, reason: describeIssues(read.issues).replaceAll('\n', '; ') }));
  }
  return { tensors: checkFit(path, arch, read.tensors), from: null };
}

/** Finds the weights of a choice for a table; `pictures` of them calibrate a reference fill. Throws InputError. */
export function loadWeights(arch: Architecture, choice: WeightsChoice, pictures: number): LoadedWeights {
  if (choice.kind === 'file') return fromFile(choice.path, arch);
  if (choice.kind === 'init') return { tensors: initTensors(lower(arch), choice.seed, choice.rule), from: null };
  return { tensors: goldenTensors(arch, choice.seed, { batch: pictures }), from: null };
}
