/** @file State: how long a step of the open network takes here, timed in a worker before a training starts. */
import { reasonOf } from '$lib/base/reason';
import type { TrainRequest } from '$workers/train/protocol';

/** What timing a step told. */
export type Timed =
  | {
      readonly kind: 'ok';
      readonly stepMs: number;
      /** What validating and checking once takes. */
      readonly answersMs: number;
      readonly engine: string;
      readonly why: string;
    }
  | { readonly kind: 'failed'; readonly reason: string };

/** Times steps one request at a time; the last answer stays until another network or setting is timed. */
export class StepTime {
  #key = $state('');
  #timed = $state.raw<Timed | null>(null);
  #busy = $state(false);

  constructor(private readonly time: (request: TrainRequest) => Promise<Timed>) {}

  get busy(): boolean {
    return this.#busy;
  }

  /** What was timed for such a request; null when nothing was. */
  of(request: TrainRequest): Timed | null {
    return this.#key === keyOf(request) ? this.#timed : null;
  }

  /** Times a step unless it was timed already or another is under way. */
  async ask(request: TrainRequest): Promise<void> {
    const key = keyOf(request);
    if (this.#busy || this.#key === key) return;
    this.#busy = true;
    try {
      this.#timed = await this.time(request);
      this.#key = key;
    } catch (error) {
      this.#timed = { kind: 'failed', reason: reasonOf(error) };
      this.#key = key;
    } finally {
      this.#busy = false;
    }
  }
}

/** What the time of a step depends on: the network, the pictures, the batch, the engine and its workers. */
function keyOf({ arch, data, batchSize, engine, workers, recipe }: TrainRequest): string {
  const pictures = data.kind === 'own' ? data.dataset.sha256 : data.id;
  return JSON.stringify([arch, pictures, batchSize, engine, workers, recipe?.optimizer]);
}
