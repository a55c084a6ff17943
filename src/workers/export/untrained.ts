/** @file Workers: the numbers of an exported network that nobody has trained. */
import type { Architecture } from '$lib/arch/architecture';
import { lower } from '$lib/ops/lower';
import type { Tensors } from '$lib/weights/checkpoint';
import { initTensors } from '$lib/weights/init';

/** The same for every export. */
export const untrainedSeed = 1;

export const untrainedTensors = (arch: Architecture): Tensors => initTensors(lower(arch), untrainedSeed);
