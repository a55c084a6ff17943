/** @file Step 4, network: a checkpoint as a .safetensors file, its table and provenance in the metadata. */
import type { Architecture, Issue } from '$lib/arch/architecture';
import { parseArchitectureText } from '$lib/arch/parse';
import { lower } from '$lib/ops/lower';
import { tensorsOf } from '$lib/ops/tensors';
import { m } from '$paraglide/messages';
import { allFinite, metrics, type Checkpoint, type Provenance, type Tensors } from './checkpoint';
import { readSafetensors, writeSafetensors } from './safetensors-format';

export type ReadCheckpoint =
  | { readonly kind: 'ok'; readonly checkpoint: Checkpoint }
  | { readonly kind: 'bad'; readonly issues: readonly Issue[] };

/** A checkpoint as safetensors bytes; architecture and everything of `from` go to `__metadata__`. */
export function toSafetensors(checkpoint: Checkpoint): Uint8Array {
  const { arch, tensors, from } = checkpoint;
  return writeSafetensors(tensors, {
    format: 'pt',
    bneck: String(checkpoint.format),
    architecture: JSON.stringify(arch),
    dataset: from.dataset,
    datasetSha256: from.datasetSha256,
    epochs: String(from.epochs),
    seed: String(from.seed),
    engine: from.engine,
    validationAccuracy: from.validationAccuracy === null ? '' : String(from.validationAccuracy),
    ...(from.metric && { metric: from.metric }),
    ...(from.checked && { checkedAgainst: from.checked.against, checkedWorst: String(from.checked.worst) })
  });
}

/** What is missing, extra, of another shape or not finite, against what the table's ops own. */
export function checkTensors(arch: Architecture, tensors: Tensors): readonly Issue[] {
  const issues: Issue[] = [];
  const known = new Set<string>();
  for (const { name, shape } of lower(arch).flatMap(tensorsOf)) {
    known.add(name);
    const tensor = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
    const want = `[${shape.join(', ')}]`;
    const got = `[${tensor?.shape.join(', ')}]`;
    if (!tensor) issues.push({ path: name, message: m.weights_missing({ want }) });
    else if (want !== got) issues.push({ path: name, message: m.weights_shape({ want, got }) });
    else if (!allFinite(tensor)) issues.push({ path: name, message: m.weights_finite() });
  }
  for (const name of Object.keys(tensors))
    if (!known.has(name)) issues.push({ path: name, message: m.weights_extra() });
  return issues;
}

function readProvenance(metadata: Readonly<Record<string, string>>, issues: Issue[]): Provenance {
  const text = (key: string): string => {
    const value = Object.hasOwn(metadata, key) ? metadata[key] : undefined;
    if (value === undefined) issues.push({ path: `__metadata__.${key}`, message: m.weights_present() });
    return value ?? '';
  };
  type Rule = (values: { got: string }) => string;
  const number = (key: string, legal: (value: number) => boolean, rule: Rule): number => {
    const from = text(key);
    const value = from.trim() === '' ? NaN : Number(from);
    if (!legal(value)) issues.push({ path: `__metadata__.${key}`, message: rule({ got: from.slice(0, 40) }) });
    return value;
  };
  const share = (value: number): boolean => value >= 0 && value <= 1;
  const checked = Object.hasOwn(metadata, 'checkedAgainst') && {
    against: text('checkedAgainst'),
    worst: number('checkedWorst', (value) => Number.isFinite(value) && value >= 0, m.weights_record_positive)
  };
  const named = Object.hasOwn(metadata, 'metric') ? text('metric') : null;
  const metric = metrics.find((known) => known === named);
  if (named !== null && !metric) {
    const message = m.weights_record_metric({ metrics: metrics.join(', '), got: named.slice(0, 40) });
    issues.push({ path: '__metadata__.metric', message });
  }
  return {
    dataset: text('dataset'),
    datasetSha256: text('datasetSha256'),
    epochs: number('epochs', (value) => Number.isFinite(value) && value >= 0, m.weights_record_positive),
    seed: number('seed', Number.isFinite, m.weights_record_number),
    engine: text('engine'),
    validationAccuracy:
      metadata['validationAccuracy'] === '' ? null : number('validationAccuracy', share, m.weights_record_share),
    ...(metric && { metric }),
    ...(checked && { checked })
  };
}

/** Reads a checkpoint written by `toSafetensors`; everything wrong with file, table or tensors comes back as issues. */
export function readCheckpoint(bytes: Uint8Array): ReadCheckpoint {
  const file = readSafetensors(bytes);
  if (file.kind === 'bad') return file;
  const { metadata, tensors } = file;
  if (metadata['bneck'] !== '1' || metadata['architecture'] === undefined) {
    const got = metadata['bneck']?.slice(0, 40);
    const message = got === undefined ? m.weights_no_bneck() : m.weights_not_bneck({ got });
    return { kind: 'bad', issues: [{ path: '__metadata__.bneck', message }] };
  }
  const parsed = parseArchitectureText(metadata['architecture']);
  if (parsed.kind === 'bad') {
    const at = (issue: Issue): Issue => ({ ...issue, path: `architecture${issue.path ? `.${issue.path}` : ''}` });
    return { kind: 'bad', issues: parsed.issues.map(at) };
  }
  const issues: Issue[] = [];
  const from = readProvenance(metadata, issues);
  issues.push(...checkTensors(parsed.value, tensors));
  if (issues.length > 0) return { kind: 'bad', issues };
  return { kind: 'ok', checkpoint: { format: 1, arch: parsed.value, tensors, from } };
}
