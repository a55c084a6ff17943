/** @file State: looking into a trained network with a validation picture; one worker holds the pictures meanwhile. */
import type { Shape } from '$lib/arch/architecture';
import { reasonOf } from '$lib/base/reason';
import type { Checkpoint } from '$lib/weights/checkpoint';
import type { DataChoice } from '$workers/choice';
import type { Album, Look, LookRunner, Pictures } from '$workers/look/protocol';

/** A worker that looks; `close` ends it. */
export interface Looker {
  readonly runner: LookRunner;
  close(): void;
}

/** The pictures laid out to choose from. */
export interface Page extends Pictures {
  readonly from: number;
}

const pageSize = 20;

/** The picture chosen, what the network makes of it, and the pictures around it. */
export class Looking {
  #looker: Promise<Looker> | null = null;
  #album = $state.raw<Album | null>(null);
  #page = $state.raw<Page | null>(null);
  #look = $state.raw<Look | null>(null);
  #picture = $state<number | null>(null);
  #busy = $state(false);
  #problem = $state('');

  constructor(private readonly open: () => Promise<Looker>) {}

  get album(): Album | null {
    return this.#album;
  }
  get page(): Page | null {
    return this.#page;
  }
  get look(): Look | null {
    return this.#look;
  }
  /** Index of the picture chosen, in the validation split. */
  get picture(): number | null {
    return this.#picture;
  }
  get busy(): boolean {
    return this.#busy;
  }
  /** Why the last look failed, in a sentence. */
  get problem(): string {
    return this.#problem;
  }

  /** Lays out the first pictures; scenes are as large as the network's input. */
  async begin(data: DataChoice, input: Shape): Promise<void> {
    await this.#ask(async (runner) => {
      const album = await runner.open(data, input);
      this.#page = { from: 0, ...(await runner.pictures(0, Math.min(pageSize, album.count))) };
      this.#album = album;
    });
  }

  /** Lays out other pictures. */
  async turn(from: number): Promise<void> {
    const count = Math.min(pageSize, (this.#album?.count ?? 0) - from);
    if (from < 0 || count < 1) return;
    await this.#ask(async (runner) => {
      this.#page = { from, ...(await runner.pictures(from, count)) };
    });
  }

  /** Looks at one picture; the newest choice wins. */
  async show(checkpoint: Checkpoint, picture: number): Promise<void> {
    this.#picture = picture;
    await this.#ask(async (runner) => {
      const look = await runner.look(checkpoint, picture);
      if (this.#picture === picture) this.#look = look;
    });
  }

  /** Ends the worker and forgets what was seen: the network or the pictures are others now. */
  close(): void {
    void this.#looker?.then((looker) => looker.close());
    this.#looker = null;
    this.#album = null;
    this.#page = null;
    this.#look = null;
    this.#picture = null;
    this.#problem = '';
  }

  async #ask(question: (runner: LookRunner) => Promise<void>): Promise<void> {
    const asked = (this.#looker ??= this.open());
    this.#busy = true;
    this.#problem = '';
    try {
      await question((await asked).runner);
    } catch (error) {
      // A worker that was closed meanwhile answers nobody.
      if (asked === this.#looker) this.#problem = reasonOf(error);
    } finally {
      if (asked === this.#looker) this.#busy = false;
    }
  }
}
