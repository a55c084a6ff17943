/** @file Command line: what the losses of a training depend on, as texts by option, to be compared before it goes on. */
import { toSafetensors } from '$lib/weights/safetensors';
import type { TrainRequest } from '$workers/train/protocol';
import { m } from '$paraglide/messages';
import { InputError } from './input-error';
import { sha256 } from './print';

/** Each option's value in short; equal plans give equal losses on the same build with as many workers. */
export type Plan = Readonly<Record<string, string>>;

const digest = (content: string | Uint8Array): string => sha256(content).slice(0, 12);

/** Names and numbers of a rule in a row. */
const row = (rule: object | null | undefined): string =>
  Object.values(rule ?? {})
    .map(String)
    .join(' ');

const orNone = (value: string | number | null | undefined): string => String(value ?? '–');

/** The plan of a request. */
export function planOf({
  arch,
  data,
  start,
  epochs,
  batchSize,
  learningRate,
  seed,
  recipe,
  teacher
}: TrainRequest): Plan {
  const { name, ...table } = arch;
  const set = data.kind === 'own' ? `${data.dataset.name} ${data.dataset.sha256.slice(0, 12)}` : data.id;
  const lesson = teacher && `${digest(toSafetensors(teacher.checkpoint))} ${row(teacher.loss)}`;
  return {
    network: `${name} ${digest(JSON.stringify(table))}`,
    '--weights': start ? digest(toSafetensors(start)) : '–',
    '--data': set,
    '--epochs': String(epochs),
    '--batch': String(batchSize),
    '--rate': String(learningRate),
    '--seed': String(seed),
    '--optimizer': row(recipe?.optimizer),
    '--schedule, --warmup': row(recipe?.schedule),
    '--decay': orNone(recipe?.weightDecay),
    '--smoothing': orNone(recipe?.smoothing),
    '--clip': orNone(recipe?.clipNorm),
    '--ema': orNone(recipe?.averaging),
    '--flip, --crop, --cutout': row(recipe?.augment),
    '--teacher': lesson ?? '–'
  };
}

/** Throws InputError naming the first option that differs from what a state's training was told. */
export function mustBeSamePlan(path: string, before: Plan, now: Plan): void {
  for (const option of new Set([...Object.keys(now), ...Object.keys(before)])) {
    const [was, is] = [orNone(before[option]), orNone(now[option])];
    if (was !== is) throw new InputError(m.cli_resume_differs({ path, option, was, is }));
  }
}
