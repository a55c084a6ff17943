/** @file State: what a person sets before a training, its good defaults, and the recipe that it becomes. */
import type { Architecture } from '$lib/arch/architecture';
import { optimizers, schedules, type Schedule } from '$lib/task/optimize';
import { usual, type OptimizerName } from '$lib/task/usual';
import type { Checkpoint, Provenance } from '$lib/weights/checkpoint';
import type { DataChoice, EngineChoice } from '$workers/choice';
import type { TrainRequest } from '$workers/train/protocol';
import type { PictureSource } from './pictures.svelte';

/** Whether pictures are mirrored; 'auto' mirrors the bundled clothes and leaves a person's own as they are. */
export type Mirroring = 'auto' | 'on' | 'off';

export interface TrainForm {
  epochs: number;
  batchSize: number;
  optimizer: OptimizerName;
  schedule: Schedule['kind'];
  learningRate: number;
  weightDecay: number;
  /** Share of the truth spread over all classes. */
  smoothing: number;
  /** Share of the averaged weights kept at each step; 0 keeps no average. */
  averaging: number;
  /** Longest gradient; 0 for any. */
  clipNorm: number;
  mirror: Mirroring;
  /** Pixels of padding for a random crop; 0 for none. */
  crop: number;
  /** Side of the square blanked out; 0 for none. */
  cutout: number;
  seed: number;
  engine: EngineChoice;
  /** Workers that share every step; null takes as many as are fastest. */
  workers: number | null;
  pictures: PictureSource;
}

/** The form of a first visit. */
export const firstTrainForm: TrainForm = {
  epochs: 1,
  batchSize: 32,
  optimizer: 'sgd',
  schedule: 'cosine',
  learningRate: 0.05,
  weightDecay: 5e-4,
  smoothing: 0,
  averaging: 0,
  clipNorm: 0,
  mirror: 'auto',
  crop: 0,
  cutout: 0,
  seed: 1,
  engine: 'auto',
  workers: null,
  pictures: 'bundled'
};

/** The optimizer changed; rate and decay follow unless a person set them. */
export function withOptimizer(form: TrainForm, optimizer: OptimizerName): Partial<TrainForm> {
  const [before, after] = [usual[form.optimizer], usual[optimizer]];
  return {
    optimizer,
    learningRate: form.learningRate === before.learningRate ? after.learningRate : form.learningRate,
    weightDecay: form.weightDecay === before.weightDecay ? after.weightDecay : form.weightDecay
  };
}

/** Fields a first visit hides that differ from its defaults; a person should see that they are set. */
export function setAside(form: TrainForm): number {
  const hidden = ['weightDecay', 'smoothing', 'averaging', 'clipNorm', 'mirror', 'crop', 'cutout', 'workers'] as const;
  const plain = { ...firstTrainForm, weightDecay: usual[form.optimizer].weightDecay };
  return hidden.filter((field) => form[field] !== plain[field]).length;
}

/** What a training goes on from. */
export interface Continued {
  readonly checkpoint: Checkpoint;
  /** What the optimizer remembered at just that point, when it is known. */
  readonly memory: Checkpoint | null;
}

/** How to train, without table, pictures and tensors: small enough to be kept at every epoch. */
export type Asked = Omit<TrainRequest, 'arch' | 'data' | 'start' | 'memory' | 'best' | 'teacher' | 'only'>;

/** The part of a request that is kept. */
export function askedOf(request: TrainRequest): Asked {
  const { epochs, batchSize, learningRate, seed, engine, recipe, workers } = request;
  return {
    ...{ epochs, batchSize, learningRate, seed, engine },
    ...(recipe && { recipe }),
    ...(workers !== undefined && { workers })
  };
}

/** Whether a network comes from just these pictures. */
export const isOf = (data: DataChoice, { dataset, datasetSha256 }: Provenance): boolean =>
  data.kind === 'own' ? data.dataset.sha256 === datasetSha256 : data.id === dataset;

/** Where a training begins; the memory goes along only where it belongs to just that point. */
export function startOf(start: Continued | null): Pick<TrainRequest, 'start' | 'memory'> {
  if (!start) return { start: null, memory: null };
  const { checkpoint, memory } = start;
  const belongs = JSON.stringify(memory?.from) === JSON.stringify(checkpoint.from);
  return { start: checkpoint, memory: memory && belongs ? memory.tensors : null };
}

/** The training a form asks for; `epochs` counts those of what is continued. */
export function trainRequest(
  form: TrainForm,
  given: {
    readonly arch: Architecture;
    readonly data: DataChoice;
    readonly epochs: number;
    readonly start: Continued | null;
  }
): TrainRequest {
  const { batchSize, learningRate, seed, engine, workers, weightDecay, smoothing } = form;
  const { arch, data, epochs, start } = given;
  const flip = form.mirror === 'auto' ? data.kind === 'bundled' : form.mirror === 'on';
  return {
    arch,
    data,
    epochs,
    batchSize,
    learningRate,
    seed,
    engine,
    ...(workers !== null && { workers }),
    recipe: {
      optimizer: optimizers[form.optimizer],
      schedule: schedules[form.schedule],
      weightDecay,
      smoothing,
      averaging: form.averaging > 0 ? form.averaging : null,
      clipNorm: form.clipNorm > 0 ? form.clipNorm : null,
      augment: { flip, crop: form.crop, cutout: form.cutout }
    },
    ...startOf(start)
  };
}
