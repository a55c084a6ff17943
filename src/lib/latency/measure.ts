/** @file Step 5, latency: times what a runtime prepared: warm-up, repeats, median and spread, against an injected clock. */
import type { Op } from '$lib/ops/op';
import type { LatencyRuntime, Runnable } from './runtime';

/** Milliseconds since any fixed moment, monotonic. */
export type Clock = () => number;

/** Milliseconds per image: median, spread and every sample kept. */
export interface Timing {
  readonly medianMs: number;
  readonly p10Ms: number;
  readonly p90Ms: number;
  /** Inferences behind the samples, warm-up not counted. */
  readonly runs: number;
  readonly samplesMs: readonly number[];
  /** Whether three consecutive warm-up medians agreed before sampling began. */
  readonly settled: boolean;
}

/** How long to warm up and sample; the defaults suit one fused op on an isolated page. */
export interface MeasureOptions {
  /** Pictures in one run; timings are divided by it. */
  readonly images?: number;
  /** Samples taken after the warm-up. */
  readonly rounds?: number;
  /** Shortest sample in ms: ≥ 0.5 where the page is isolated (clock 5 µs), ≥ 10 otherwise (100 µs). */
  readonly sampleMs?: number;
  /** Largest relative spread of three consecutive warm-up medians. */
  readonly tolerance?: number;
  /** Bound on the warm-up medians, each of three samples. */
  readonly maxWarmUps?: number;
  /** Bound on the whole measurement in ms; the warm-up may use half, and three samples are always taken. */
  readonly maxMs?: number;
  /** Told each sample, in ms per image, and how many are done; awaited, so that messages get in. */
  readonly onSample?: (ms: number, done: number) => Promise<void>;
  /** Asked after each sample: true ends the rounds early and keeps what is done. */
  readonly stopped?: () => boolean;
}

const DEFAULTS: Required<Omit<MeasureOptions, 'onSample' | 'stopped'>> = {
  images: 1,
  rounds: 9,
  sampleMs: 0.5,
  tolerance: 0.03,
  maxWarmUps: 12,
  maxMs: 2000
};
const MIN_SAMPLES = 3;
const MAX_REPEATS = 4096;

/** The value below which the share `q` of the sorted samples lies, linearly interpolated; NaN without samples. */
export function quantile(sorted: readonly number[], q: number): number {
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? low;
  return low + (high - low) * (at - Math.floor(at));
}

/** The median of unsorted numbers; NaN without any. */
export function median(values: readonly number[]): number {
  return quantile(Float64Array.from(values).sort() as unknown as readonly number[], 0.5);
}

/** Median, p10 and p90 of samples in ms per image; medians, because timings are skewed (Chen & Revels 2016). */
export function timingOf(samplesMs: readonly number[], runs: number, settled: boolean): Timing {
  const sorted = [...samplesMs].sort((a, b) => a - b);
  return {
    medianMs: quantile(sorted, 0.5),
    p10Ms: quantile(sorted, 0.1),
    p90Ms: quantile(sorted, 0.9),
    runs,
    samplesMs,
    settled
  };
}

/** Times a runnable: repeats per sample, warm-up until three consecutive medians agree, then the rounds. */
export async function measureRunnable(runnable: Runnable, clock: Clock, options: MeasureOptions = {}): Promise<Timing> {
  const { images, rounds, sampleMs, tolerance, maxWarmUps, maxMs } = { ...DEFAULTS, ...options };
  const began = clock();
  let repeats = 1;
  const sample = async (): Promise<number> => {
    const from = clock();
    for (let i = 0; i < repeats; i++) await runnable.run();
    return clock() - from;
  };
  await sample();
  for (let took = await sample(); took < sampleMs && repeats < MAX_REPEATS; took = await sample()) repeats *= 2;

  const medians: number[] = [];
  let settled = false;
  while (!settled && medians.length < maxWarmUps && clock() - began < maxMs / 2) {
    medians.push(median([await sample(), await sample(), await sample()]));
    const last = medians.slice(-3);
    settled = last.length === 3 && Math.max(...last) <= Math.min(...last) * (1 + tolerance);
  }

  const samplesMs: number[] = [];
  while (samplesMs.length < rounds && (samplesMs.length < MIN_SAMPLES || clock() - began < maxMs)) {
    const ms = (await sample()) / repeats / images;
    samplesMs.push(ms);
    await options.onSample?.(ms, samplesMs.length);
    if (options.stopped?.()) break;
  }
  return timingOf(samplesMs, samplesMs.length * repeats, settled);
}

/** A network, row or single op to time: its ops, the batch of the deployment setting, and how long to take. */
export interface NetworkJob {
  readonly ops: readonly Op[];
  readonly batch: number;
  readonly options?: MeasureOptions;
}

/** Prepares, times and disposes a list of ops; the timing is in ms per image. */
export async function measureNetwork(runtime: LatencyRuntime, job: NetworkJob, clock: Clock): Promise<Timing> {
  const runnable = await runtime.prepare(job.ops, job.batch);
  try {
    const sampleMs = job.options?.sampleMs ?? (runtime.description.isolated ? DEFAULTS.sampleMs : 10);
    return await measureRunnable(runnable, clock, { ...job.options, sampleMs, images: job.batch });
  } finally {
    runnable.dispose();
  }
}
