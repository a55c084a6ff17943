/** @file Benchmarks: the validation curve of MobileNetV3-Small fitted to the bundled pictures; argument: recipe fields as JSON. */
import { readFileSync } from 'node:fs';
import { describeFit, fitTo } from '../../src/lib/arch/fit';
import { mobileNetV3Small } from '../../src/lib/arch/presets/mobilenet-v3';
import { readBundled } from '../../src/lib/data/bundled';
import { defaultRecipe, type Recipe } from '../../src/lib/engine/recipe';
import { loadCore } from '../../src/lib/engine/simd/load';
import { createSimdNetwork } from '../../src/lib/engine/simd/network';
import { train } from '../../src/lib/engine/train';
import { lower } from '../../src/lib/ops/lower';
import { initTensors } from '../../src/lib/weights/init';

const read = (path: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(`${process.cwd()}/${path}`));
const generated = 'src/lib/engine/simd/generated';
const core = await loadCore({ plain: read(`${generated}/core.wasm`), relaxed: read(`${generated}/core-relaxed.wasm`) });
const manifest: unknown = JSON.parse(new TextDecoder().decode(read('static/data/fashion-mnist.json')));
const dataset = await readBundled(manifest, read('static/data/fashion-mnist.u8.gz'));
const recipe = defaultRecipe(JSON.parse(process.argv[2] ?? '{}') as Partial<Recipe>);
const { arch, changes } = fitTo(mobileNetV3Small, dataset.shape, dataset.classes.length);
console.log(describeFit(changes).join('\n'), recipe);

const network = createSimdNetwork(core, arch, initTensors(lower(arch), recipe.seed), recipe.batchSize);
for await (const event of train(network, dataset, recipe, { clock: () => performance.now() })) {
  if (event.kind === 'failed') console.log(event.reason);
  if (event.kind !== 'epoch') continue;
  const { epoch, trainLoss, trainAccuracy, validationLoss, validationAccuracy, imagesPerSecond } = event;
  const train = `train ${trainLoss.toFixed(3)} ${(trainAccuracy * 100).toFixed(1)} %`;
  const validation = `validation ${validationLoss.toFixed(3)} ${(validationAccuracy * 100).toFixed(1)} %`;
  console.log(`epoch ${epoch + 1}: ${train}, ${validation}, ${imagesPerSecond.toFixed(0)} pictures/s`);
}
network.dispose();
