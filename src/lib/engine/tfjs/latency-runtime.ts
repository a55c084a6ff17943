/** @file TensorFlow.js as a runtime to be timed: whole networks and single ops, as deployed, weights and inputs resident. */
import { keep, randomUniform, slice, tidy, type Tensor4D } from '@tensorflow/tfjs';
import type { Op } from '$lib/ops/op';
import { m } from '$paraglide/messages';
import { openBackend, useBackend, type OpenOptions, type TfjsBackend } from './backend';
import { deploy } from './deployed';

/** What really runs, stored with every timing. */
export interface TfjsDescription {
  readonly runtime: string;
  readonly version: string;
  readonly backend: string;
  readonly threads: number;
  readonly simd: boolean;
  readonly isolated: boolean;
}

/** Ops with weights and inputs in the backend's memory. */
export interface TfjsRunnable {
  /** One inference of the whole batch; resolves when its output has been read back. */
  run(): Promise<void>;
  dispose(): void;
}

export interface TfjsRuntime {
  readonly description: TfjsDescription;
  prepare(ops: readonly Op[], batch: number): Promise<TfjsRunnable>;
}

/** For each op the maps it reads last: freed at once, as a deployed graph does, they leave their memory warm for the next. */
function finishedAt(ops: readonly Op[]): Map<string, readonly string[]> {
  const lastReader = new Map<string, string>();
  for (const op of ops) for (const id of op.inputs) lastReader.set(id, op.id);
  return new Map(ops.map((op) => [op.id, ops.map(({ id }) => id).filter((id) => lastReader.get(id) === op.id)]));
}

/**
 * Shape of an input that no op of the list produces: the map itself, the gate of a multiply, or an equal share of what
 * a concatenation stacks (an op knows its first input's shape alone; the numbers moved are the same).
 */
function inputShape(op: Op, index: number, batch: number): [number, number, number, number] {
  const [height, width, channels] = op.in;
  if (op.kind === 'multiply' && index === 1) return [batch, ...op.gate];
  if (op.kind !== 'concat') return [batch, height, width, channels];
  const share = (size: number): number =>
    Math.floor(((index + 1) * size) / op.inputs.length) - Math.floor((index * size) / op.inputs.length);
  const [rows, columns, depth] = op.out;
  return op.axis === 'rows' ? [batch, rows, share(columns), depth] : [batch, rows, columns, share(depth)];
}

/**
 * What is read back. Vectors (logits, gates) are what an application reads, so all of them; of a map only one element: a
 * single op's map stays on the device when the network is deployed, and copying it out (a memcpy on wasm, a transfer on a
 * GPU) would be counted as the op's time. Reading one element still waits for the whole op on every backend.
 */
const readback = (output: Tensor4D): Tensor4D =>
  output.shape[1] * output.shape[2] === 1 ? output : slice(output, [0, 0, 0, 0], [1, 1, 1, 1]);

function prepare(
  ops: readonly Op[],
  batch: number,
  seed: number
): { readonly forward: () => Tensor4D; readonly dispose: () => void } {
  const last = ops.at(-1);
  if (!last) throw new Error('latency: the list of ops must not be empty');
  const produced = new Set(ops.map(({ id }) => id));
  const given = new Map<string, Tensor4D>();
  for (const op of ops) {
    for (const [index, id] of op.inputs.entries()) {
      if (produced.has(id) || given.has(id)) continue;
      given.set(id, keep(randomUniform(inputShape(op, index, batch), -1, 1, 'float32', seed)));
    }
  }
  const deployed = ops.map((op) => deploy(op, seed));
  const finished = finishedAt(ops);
  const forward = (): Tensor4D => {
    const values = new Map(given);
    const valueOf = (id: string): Tensor4D => {
      const value = values.get(id);
      if (!value) throw new Error(`latency: ${id} must be computed before it is read`);
      return value;
    };
    for (const step of deployed) {
      values.set(
        step.op.id,
        tidy(() => step.apply(step.op.inputs.map(valueOf)))
      );
      for (const id of finished.get(step.op.id) ?? []) values.get(id)?.dispose();
    }
    return valueOf(last.id);
  };
  const dispose = (): void => {
    for (const step of deployed) step.dispose();
    for (const value of given.values()) value.dispose();
  };
  return { forward, dispose };
}

/** How to open, and the seed of the random weights and inputs that are timed. */
export interface RuntimeOptions extends OpenOptions {
  readonly seed?: number;
}

/** Opens TensorFlow.js for timing; throws the reason when the backend cannot be had (see `openBackend`). */
export async function openTfjsRuntime(
  backend: TfjsBackend,
  { seed = 1, ...options }: RuntimeOptions = {}
): Promise<TfjsRuntime> {
  const opening = await openBackend(backend, options);
  if (opening.status === 'failed') throw new Error(m.engine_tfjs_failed({ backend, reason: opening.reason }));
  const { version, threads, simd, isolated } = opening;
  return {
    description: { runtime: `tfjs-${backend}`, version, backend, threads, simd, isolated },
    prepare: (ops, batch) =>
      new Promise((resolve) => {
        useBackend(backend);
        const prepared = prepare(ops, batch, seed);
        resolve({
          run: async () => {
            useBackend(backend);
            const output = tidy(() => readback(prepared.forward()));
            await output.data();
            output.dispose();
          },
          dispose: prepared.dispose
        });
      })
  };
}
