/** @file Parity: TensorFlow.js graph models that we write come back as the ops they were. */
import { expect, test } from 'vitest';
import type { Architecture } from '../../src/lib/arch/architecture';
import { deploy } from '../../src/lib/export/deploy';
import { lowerLite } from '../../src/lib/export/tflite/lower';
import { toTfjsGraph } from '../../src/lib/export/tfjs/graph-model';
import { lower } from '../../src/lib/ops/lower';
import { smallPreset } from '../support/export-networks';
import { filled, folded } from '../support/filled';
import { importedOf } from '../support/tfjs-models';

/** The table as its file has it: windows as large as the map are the whole of it. */
function seen({ head, ...arch }: Architecture): Architecture {
  if (head.kind === 'lraspp') return { ...arch, head: { ...head, pool: 'global', norm: null } };
  return { ...arch, head: head.kind === 'ssdlite' ? { ...head, norm: null } : head };
}

const heads = ['classifier', 'features', 'lraspp', 'lraspp-paper', 'ssdlite'] as const;
const cases = heads.flatMap((head) => (['same', 'symmetric'] as const).map((padding) => ({ head, padding })));

test.each(cases)('$head, $padding', ({ head, padding }) => {
  const change = { width: 0.25, classes: 5, padding, input: [64, 64, 3] as const };
  const { arch } = smallPreset('v3-large', head === 'classifier' ? change : { ...change, head });
  const table = seen(folded(arch));
  const graph = lowerLite(deploy(table, filled(table), { foldNorms: true }), { hardSwish: 'products' });
  const { modelJson, weights } = toTfjsGraph(graph);
  const read = importedOf({ json: modelJson, shards: new Map(weights.map(({ path, bytes }) => [path, bytes])) }, 'own');
  expect(lower(read.arch)).toEqual(lower(table));
});
