/** @file Data: opens a bundled dataset, one gzip file of raw bytes described and sealed by its JSON manifest. */
import * as v from 'valibot';
import { m } from '$paraglide/messages';
import type { ClassSet, Split, SplitName } from './dataset';
import { inflate } from './inflate';
import { sha256Hex } from './sha256';

const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const manifestSchema = v.object({
  format: v.literal(1),
  id: v.pipe(v.string(), v.minLength(1)),
  name: v.pipe(v.string(), v.minLength(1)),
  file: v.pipe(v.string(), v.minLength(1)),
  shape: v.tuple([count, count, count]),
  classes: v.pipe(v.array(v.string()), v.minLength(2), v.maxLength(256)),
  splits: v.object({ train: count, validation: count, test: v.pipe(v.number(), v.integer(), v.minValue(0)) }),
  bytes: count,
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  mean: v.pipe(v.array(share), v.minLength(1)),
  std: v.pipe(v.array(v.pipe(share, v.gtValue(0))), v.minLength(1))
});

/** What a manifest says of its bytes: uint8 NHWC images of train, validation, test, then their labels. */
export type Manifest = v.InferOutput<typeof manifestSchema>;

/** What is wrong with a manifest, with the field, the rule and the value. */
function sayIssue(issue: v.BaseIssue<unknown>): string {
  const { expected: want, received: got } = issue;
  const field = v.getDotPath(issue);
  if (field === null) return m.data_manifest_object({ got });
  return want === null ? m.data_manifest_whole({ field, got }) : m.data_manifest_field({ field, want, got });
}

/** Parses a dataset manifest; throws naming the field, the rule and the value. */
export function parseManifest(manifest: unknown): Manifest {
  const parsed = v.safeParse(manifestSchema, manifest);
  if (!parsed.success) throw new Error(sayIssue(parsed.issues[0]));
  const value = parsed.output;
  const channels = value.shape[2];
  if (value.mean.length !== channels || value.std.length !== channels)
    throw new Error(m.data_bundled_statistics({ id: value.id, want: channels, got: value.mean.length }));
  return value;
}

/**
 * Opens a bundled dataset from its manifest and bytes (gzip, or raw when the server already inflated them); throws
 * when length, SHA-256 or a label disagrees with the manifest.
 */
export async function readBundled(manifest: unknown, bytes: Uint8Array): Promise<ClassSet> {
  const parsed = parseManifest(manifest);
  const raw = await inflate(bytes).catch((cause: unknown) => {
    throw new Error(m.data_bundled_damaged({ id: parsed.id }), { cause });
  });
  return readRaw(parsed, raw);
}

/** Opens a dataset from its manifest and raw bytes; throws when length, SHA-256 or a label disagrees with the manifest. */
export async function readRaw(manifest: Manifest, raw: Uint8Array<ArrayBuffer>): Promise<ClassSet> {
  const { id, name, shape, classes, splits, sha256, mean, std, ...rest } = manifest;
  const pixels = shape[0] * shape[1] * shape[2];
  const total = splits.train + splits.validation + splits.test;
  if (rest.bytes !== total * (pixels + 1))
    throw new Error(m.data_bundled_bytes({ id, want: total * (pixels + 1), got: rest.bytes }));
  if (raw.length !== rest.bytes) throw new Error(m.data_bundled_length({ id, want: rest.bytes, got: raw.length }));
  const actual = await sha256Hex(raw);
  if (actual !== sha256) throw new Error(m.data_bundled_sha256({ id, want: sha256, got: actual }));

  let from = 0;
  const cut = (split: SplitName): Split => {
    const images = raw.subarray(from * pixels, (from + splits[split]) * pixels);
    const labels = raw.subarray(total * pixels + from, total * pixels + from + splits[split]);
    const wrong = labels.find((label) => label >= classes.length);
    if (wrong !== undefined) throw new Error(m.data_bundled_labels({ id, split, classes: classes.length, got: wrong }));
    from += splits[split];
    return { count: splits[split], images, labels };
  };
  const train = cut('train');
  const validation = cut('validation');
  const test = cut('test');
  return { kind: 'classes', id, name, shape, classes, sha256, mean, std, splits: { train, validation, test } };
}

/** Describes a dataset by the manifest that `readRaw` opens it with again. */
export function manifestOf({ id, name, shape, classes, splits, sha256, mean, std }: ClassSet, file: string): Manifest {
  const counts = { train: splits.train.count, validation: splits.validation.count, test: splits.test.count };
  const total = counts.train + counts.validation + counts.test;
  const bytes = total * (shape[0] * shape[1] * shape[2] + 1);
  const own = { id, name, shape: [...shape] as [number, number, number], classes: [...classes] };
  return { format: 1, ...own, file, splits: counts, bytes, sha256, mean: [...mean], std: [...std] };
}

/** The raw bytes of a dataset in the order its manifest tells: pictures of train, validation, test, then their labels. */
export function rawParts({ splits: { train, validation, test } }: ClassSet): Uint8Array[] {
  return [train.images, validation.images, test.images, train.labels, validation.labels, test.labels];
}
