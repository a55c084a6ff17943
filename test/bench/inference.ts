/**
 * @file Benchmarks: one picture through V3-Large and V3-Small at 224: the SIMD core, TensorFlow.js wasm and LiteRT.js, one thread
 * each, turn by turn on the same weights; CPU time. With norms as the page builds them, and folded into biases as files
 * hold them, which is what LiteRT.js reads.
 */
import type { Architecture } from '../../src/lib/arch/architecture';
import { mobileNetV3Large, mobileNetV3Small } from '../../src/lib/arch/presets/mobilenet-v3';
import { rngOf } from '../../src/lib/base/rng';
import { createSimdNetwork } from '../../src/lib/engine/simd/network';
import { lower } from '../../src/lib/ops/lower';
import { initTensors } from '../../src/lib/weights/init';
import { openLiteRt } from '../support/litert-node';
import { writeTflite } from '../support/tflite-writer';
import { describeMachine, keepResult } from './machine';
import { openCore, openTfjs } from './our-peers';
import { cpuOf, median } from './peer';

const [, asked = '41'] = /--rounds[= ](\d+)/.exec(process.argv.join(' ')) ?? [];
const rounds = Number(asked);
const WARM = 3;

/** A network that answers one picture. */
interface Answerer {
  readonly name: string;
  answer(): Promise<ArrayLike<number>>;
  dispose(): void;
}

const core = await openCore(process.argv.includes('--plain'));
const tfjs = await openTfjs('wasm');
const rounded = (value: number): number => Number(value.toPrecision(4));

async function answerersOf(arch: Architecture, norms: boolean): Promise<readonly Answerer[]> {
  const tensors = initTensors(lower(arch), 1);
  const [height, width, channels] = arch.input;
  const rng = rngOf(7);
  const picture = Float32Array.from({ length: height * width * channels }, () => 2 * rng.next() - 1);
  const ours = createSimdNetwork(core, arch, tensors, 1);
  const frame = await tfjs.createNetwork(arch, tensors, 1);
  const both = [
    { name: `core ${core.variant}`, network: ours },
    { name: 'TensorFlow.js wasm', network: frame }
  ].map(({ name, network }) => ({
    name,
    answer: () => network.forward(picture, 1),
    dispose: () => network.dispose()
  }));
  if (norms) return both;
  const model = await openLiteRt(writeTflite(arch, tensors, { fuse: true }));
  const answer = (): Promise<ArrayLike<number>> => model.run(picture, [1, height, width, channels]);
  return [...both, { name: 'LiteRT.js', answer, dispose: () => model.dispose() }];
}

/** The largest difference between two answers. */
function apart(one: ArrayLike<number>, other: ArrayLike<number>): number {
  return Math.max(...Array.from(one, (value, i) => Math.abs(value - (other[i] ?? NaN))));
}

async function measure(arch: Architecture, norms: boolean) {
  const answerers = await answerersOf(arch, norms);
  const answers = await Promise.all(answerers.map((one) => one.answer()));
  const times = answerers.map((): number[] => []);
  for (let round = -WARM; round < rounds; round++) {
    for (const [i, one] of answerers.entries()) {
      const ms = await cpuOf(() => one.answer());
      if (round >= 0) times[i]?.push(ms);
    }
  }
  for (const one of answerers) one.dispose();
  const own = median(times[0] ?? []);
  return answerers.map(({ name }, i) => {
    const ms = median(times[i] ?? []);
    return {
      network: arch.name,
      norms,
      peer: name,
      cpuMs: rounded(ms),
      coreToPeer: rounded(own / ms),
      apart: rounded(apart(answers[0] ?? [], answers[i] ?? []))
    };
  });
}

const folded = (arch: Architecture): Architecture => ({ ...arch, norm: null, convBias: true });
const rows = [
  ...(await measure(mobileNetV3Small, true)),
  ...(await measure(folded(mobileNetV3Small), false)),
  ...(await measure(mobileNetV3Large, true)),
  ...(await measure(folded(mobileNetV3Large), false))
];
const machine = describeMachine(null);
console.log(
  `core ${core.variant} (build ${core.hash}), one thread each, ${rounds} rounds, load ${machine.load.join(' ')}`
);
console.table(rows);
const result = { machine, variant: core.variant, build: core.hash, rounds, rows };
console.log(`coreToPeer: 1 is as long as the peer, less is faster; written to ${keepResult('inference', result)}`);
