/** @file Data: pictures recorded by a camera, class by class, as a dataset: the last ones of each class are kept to check on. */
import type { Shape } from '$lib/arch/architecture';
import { m } from '$paraglide/messages';
import { assemble } from './assemble';
import { countClasses } from './class-counts';
import type { FolderResult } from './folder';
import { mostClasses, mostSetBytes } from './limits';

/** Frames of one class in the order they were recorded, each uint8 [height, width, channels]. */
export interface Recorded {
  readonly name: string;
  readonly frames: readonly Uint8Array[];
}

/** Fewer frames of a class leave nothing to check on. */
const leastFrames = 6;

/** Why recorded classes are no dataset yet, in a sentence; null when they are one. */
export function whyNotRecorded(classes: readonly Recorded[]): string | null {
  if (classes.length < 2) return m.data_recorded_classes({ got: classes.length });
  if (classes.length > mostClasses) return m.data_recorded_most({ most: mostClasses, got: classes.length });
  if (classes.some(({ name }) => name.trim() === '')) return m.data_recorded_unnamed();
  const names = classes.map(({ name }) => name.trim());
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) return m.data_recorded_twice({ name: twice });
  const few = classes.find(({ frames }) => frames.length < leastFrames);
  return few ? m.data_recorded_few({ name: few.name, least: leastFrames, got: few.frames.length }) : null;
}

/**
 * Makes a dataset of recorded frames. Frames that follow each other are nearly the same, so the splits are stretches of
 * time: the last sixth of each class is the test split, the sixth before it validation.
 */
export async function openRecorded(name: string, classes: readonly Recorded[], shape: Shape): Promise<FolderResult> {
  const bad = (message: string): FolderResult => ({ kind: 'bad', message, unreadable: [] });
  const reason = whyNotRecorded(classes);
  if (reason !== null) return bad(reason);
  const size = shape[0] * shape[1] * shape[2];
  const frames = classes.flatMap((recorded) => recorded.frames);
  const got = frames.length * size;
  if (got > mostSetBytes)
    return bad(m.data_set_bytes({ name, count: frames.length, shape: shape.join('×'), most: mostSetBytes, got }));
  const images = new Uint8Array(got);
  const labels = new Uint8Array(frames.length);
  const indices: Record<'train' | 'validation' | 'test', number[]> = { train: [], validation: [], test: [] };
  let at = 0;
  classes.forEach((recorded, label) => {
    const count = recorded.frames.length;
    const share = Math.max(1, Math.round(count / 6));
    recorded.frames.forEach((frame, i) => {
      if (frame.length !== size) throw new Error(`recorded frame: must be ${size} bytes, got ${frame.length}`);
      images.set(frame, at * size);
      labels[at] = label;
      indices[i >= count - share ? 'test' : i >= count - 2 * share ? 'validation' : 'train'].push(at++);
    });
  });
  const pictures = { shape, classes: classes.map((recorded) => recorded.name.trim()), images, labels };
  const dataset = await assemble(name, pictures, indices);
  return { kind: 'ok', dataset, counts: countClasses(dataset), unreadable: [] };
}
