/** @file Step 3, cost: which buffers live at the same time when a graph runs in a given order. */

/** One step of a run: reads buffers, writes one of its own, or writes over one that nobody reads later. */
export interface Step {
  readonly id: string;
  /** Ids of the buffers read; '' is the picture. */
  readonly inputs: readonly string[];
  readonly bytes: number;
  /** Inputs of the same size that it may overwrite. */
  readonly overwrites: readonly string[];
}

/** What a run needs: its steps, the picture's bytes, and the buffers that must survive. */
export interface Run {
  readonly steps: readonly Step[];
  readonly pictureBytes: number;
  readonly outputs: readonly string[];
}

export interface Peak {
  readonly peakBytes: number;
  /** The first step at which the peak is reached. */
  readonly at: string;
}

/** A run under way: what lives, and how many readers each buffer still has. */
export class Live {
  bytes: number;
  readonly done = new Set<string>();

  private constructor(
    private readonly sizes: ReadonlyMap<string, number>,
    private readonly kept: ReadonlySet<string>,
    private readonly readers: Map<string, number>,
    bytes: number
  ) {
    this.bytes = bytes;
  }

  static start({ steps, pictureBytes, outputs }: Run): Live {
    const sizes = new Map<string, number>([['', pictureBytes]]);
    const readers = new Map<string, number>();
    for (const { id, bytes, inputs } of steps) {
      sizes.set(id, bytes);
      for (const input of new Set(inputs)) readers.set(input, (readers.get(input) ?? 0) + 1);
    }
    return new Live(sizes, new Set(outputs), readers, pictureBytes);
  }

  copy(): Live {
    const copy = new Live(this.sizes, this.kept, new Map(this.readers), this.bytes);
    for (const id of this.done) copy.done.add(id);
    return copy;
  }

  /** True when all that the step reads is there. */
  ready({ inputs }: Step): boolean {
    return inputs.every((id) => id === '' || this.done.has(id));
  }

  private last(id: string): boolean {
    return this.readers.get(id) === 1 && !this.kept.has(id);
  }

  /** Bytes alive while the step runs and after it. */
  needs(step: Step): { readonly during: number; readonly after: number } {
    const over = step.overwrites.find((id) => id !== '' && this.last(id) && this.sizes.get(id) === step.bytes);
    const during = this.bytes + (over === undefined ? step.bytes : 0);
    let after = this.bytes + step.bytes;
    for (const id of new Set(step.inputs)) if (this.last(id)) after -= this.sizes.get(id) ?? 0;
    if (!this.readers.has(step.id) && !this.kept.has(step.id)) after -= step.bytes;
    return { during, after };
  }

  run(step: Step): void {
    this.bytes = this.needs(step).after;
    for (const id of new Set(step.inputs)) this.readers.set(id, (this.readers.get(id) ?? 0) - 1);
    this.done.add(step.id);
  }
}

/** The peak of a run in the order of its steps. */
export function peakOf(run: Run): Peak {
  const live = Live.start(run);
  let peakBytes = run.pictureBytes;
  let at = '';
  for (const step of run.steps) {
    const { during } = live.needs(step);
    if (during > peakBytes) [peakBytes, at] = [during, step.id];
    live.run(step);
  }
  return { peakBytes, at };
}
