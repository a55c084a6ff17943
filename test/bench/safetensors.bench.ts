/** @file How long a file of V3-Large takes to become tensors, under our names and under torchvision's. */
import { bench, describe } from 'vitest';
import { presetById } from '$lib/arch/presets/catalogue';
import { lower } from '$lib/ops/lower';
import { initTensors } from '$lib/weights/init';
import { readNamed } from '$lib/weights/names/read-named';
import { writeNamed } from '$lib/weights/names/write-named';
import { readSafetensors, writeSafetensors } from '$lib/weights/safetensors-format';

const arch = presetById('v3-large')!.arch;
const own = initTensors(lower(arch), 1);
const file = writeSafetensors(own, {});
const foreign = writeSafetensors(writeNamed(own, arch, 'torchvision')!, {});

describe(`V3-Large, ${(file.length / 1e6).toFixed(1)} MB of safetensors`, () => {
  bench('read (to reach: 150 ms)', () => {
    readSafetensors(file);
  });

  bench('read and check our names', () => {
    const read = readSafetensors(file);
    if (read.kind === 'ok') readNamed(read.tensors, arch);
  });

  bench('read and turn torchvision’s layouts (to reach: 150 ms)', () => {
    const read = readSafetensors(foreign);
    if (read.kind === 'ok') readNamed(read.tensors, arch);
  });
});
