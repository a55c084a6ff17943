/** @file Command line: the options that say how a network is trained, beyond epochs and seed. */
import type { Command } from 'commander';
import { defaultRecipe } from '$lib/engine/recipe';
import { optimizers, schedules, type Schedule } from '$lib/task/optimize';
import { usual, type OptimizerName } from '$lib/task/usual';
import { m } from '$paraglide/messages';
import { mayMirror } from '$workers/platform';
import type { DataChoice } from '$workers/choice';
import type { RecipeDetails, Teacher, TrainRequest } from '$workers/train/protocol';
import { loadCheckpoint } from './checkpoint';
import { InputError } from './input-error';
import { parseNumber, parseWord } from './parsers';

type ScheduleWord = 'cosine' | 'step' | 'one-cycle' | 'constant';

/** What was typed. */
export interface RecipeOptions {
  readonly batch: number;
  readonly rate?: number;
  readonly optimizer: OptimizerName;
  readonly schedule: Schedule['kind'];
  readonly warmup?: number;
  readonly decay?: number;
  readonly smoothing: number;
  readonly clip?: number;
  readonly ema?: number;
  readonly flip?: boolean;
  readonly crop: number;
  readonly cutout: number;
  readonly workers?: number;
  readonly teacher?: string;
  readonly teacherLoss: 'kl' | 'mse';
  readonly teacherWeight: number;
  readonly temperature: number;
}

const recipe = defaultRecipe();
const optimizerWords: Readonly<Record<OptimizerName, OptimizerName>> = {
  sgd: 'sgd',
  adam: 'adam',
  adamw: 'adamw',
  rmsprop: 'rmsprop'
};
const scheduleWords: Readonly<Record<ScheduleWord, Schedule['kind']>> = {
  cosine: 'cosine',
  step: 'step',
  'one-cycle': 'oneCycle',
  constant: 'constant'
};

/** Adds the options of a recipe. */
export function withRecipeOptions(command: Command): Command {
  return command
    .option('--batch <pictures>', m.cli_train_batch(), parseNumber('--batch', 1, 1024, true), recipe.batchSize)
    .option('--optimizer <rule>', m.cli_optimizer(), parseWord('--optimizer', optimizerWords), 'sgd')
    .option('--rate <value>', m.cli_train_rate(), parseNumber('--rate', 1e-6, 10))
    .option('--schedule <curve>', m.cli_schedule(), parseWord('--schedule', scheduleWords), 'cosine')
    .option('--warmup <steps>', m.cli_warmup(), parseNumber('--warmup', 0, 1e6, true))
    .option('--decay <value>', m.cli_decay(), parseNumber('--decay', 0, 1))
    .option('--smoothing <share>', m.cli_smoothing(), parseNumber('--smoothing', 0, 0.9), 0)
    .option('--clip <length>', m.cli_clip(), parseNumber('--clip', 1e-6, 1e6))
    .option('--ema <share>', m.cli_ema(), parseNumber('--ema', 0, 0.99999))
    .option('--flip', m.cli_flip())
    .option('--no-flip', m.cli_no_flip())
    .option('--crop <pixels>', m.cli_crop(), parseNumber('--crop', 0, 64, true), 0)
    .option('--cutout <pixels>', m.cli_cutout(), parseNumber('--cutout', 0, 512, true), 0)
    .option('--workers <count>', m.cli_train_workers(), parseNumber('--workers', 1, 64, true))
    .option('--teacher <file>', m.cli_teacher())
    .option('--teacher-loss <kind>', m.cli_teacher_loss(), parseWord('--teacher-loss', { kl: 'kl', mse: 'mse' }), 'kl')
    .option('--teacher-weight <share>', m.cli_teacher_weight(), parseNumber('--teacher-weight', 0, 1), 0.5)
    .option('--temperature <value>', m.cli_temperature(), parseNumber('--temperature', 0.1, 100), 4);
}

function scheduleOf({ schedule: kind, warmup }: RecipeOptions): Schedule {
  const schedule = schedules[kind];
  if (warmup === undefined) return schedule;
  if (schedule.kind === 'oneCycle') throw new InputError(m.cli_warmup_cycle());
  return { ...schedule, warmupSteps: warmup };
}

function detailsOf(options: RecipeOptions, data: DataChoice): RecipeDetails {
  const { optimizer, smoothing, clip = null, ema = null, crop, cutout } = options;
  return {
    optimizer: optimizers[optimizer],
    schedule: scheduleOf(options),
    weightDecay: options.decay ?? usual[optimizer].weightDecay,
    smoothing,
    clipNorm: clip,
    averaging: ema,
    augment: { flip: options.flip ?? mayMirror(data), crop, cutout }
  };
}

function teacherOf(options: RecipeOptions): Teacher | null {
  const { teacher, teacherLoss: kind, teacherWeight: weight, temperature } = options;
  if (teacher === undefined) return null;
  const loss = kind === 'kl' ? { kind, temperature, weight } : { kind, weight };
  return { checkpoint: loadCheckpoint(teacher), loss };
}

/** The part of a request that says how to train; throws InputError with what is wrong. */
export function recipeOf(
  options: RecipeOptions,
  data: DataChoice
): Pick<TrainRequest, 'batchSize' | 'learningRate' | 'recipe' | 'workers' | 'teacher'> {
  return {
    batchSize: options.batch,
    learningRate: options.rate ?? usual[options.optimizer].learningRate,
    recipe: detailsOf(options, data),
    ...(options.workers !== undefined && { workers: options.workers }),
    teacher: teacherOf(options)
  };
}
