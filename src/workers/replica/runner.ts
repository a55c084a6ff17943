/** @file Workers: the replica, which takes its share of every step of a training that another worker leads. */
import { reasonOf } from '$lib/base/reason';
import { createSimdNetwork } from '$lib/engine/simd/network';
import { openBlock, shareOf } from '$lib/engine/simd/parallel';
import { openBarrier } from '$lib/engine/simd/parallel-barrier';
import { openParticipant } from '$lib/engine/simd/parallel-part';
import type { ReplicaAnswer, ReplicaRequest, ReplicaSetup, StepJob } from '$lib/engine/simd/parallel-port';
import type { Tensors } from '$lib/weights/checkpoint';

/** A replica that was opened. */
interface Opened {
  step(job: StepJob): void;
  write(tensors: Tensors): Promise<void>;
  writeState(state: Tensors): Promise<void>;
  /** Lets nobody wait for this worker. */
  abort(): void;
}

function open({ core, arch, tensors, maxShare, worker, sizes, buffer }: ReplicaSetup): Opened {
  const network = createSimdNetwork(core, arch, tensors, maxShare);
  const block = openBlock(buffer, sizes);
  const barrier = openBarrier(block.control, sizes.workers);
  const part = openParticipant(network, block, worker);
  const pictureSize = arch.input[0] * arch.input[1] * arch.input[2];
  const meet = (): boolean => {
    barrier.arrive();
    return barrier.wait() === 'passed';
  };
  return {
    step({ count, answers, objective, update }) {
      const { from, to } = shareOf(count, worker, sizes.workers);
      const images = block.pictures.subarray(from * pictureSize, to * pictureSize);
      part.contribute(images, to - from, { answers, objective });
      if (!meet()) return;
      part.reduce();
      if (!meet()) return;
      part.apply(update);
    },
    write: (given) => network.write(given),
    writeState: (given) => network.writeState(given),
    abort: () => barrier.abort()
  };
}

/** A replica that answers through `answer`; the function returned takes the requests one by one, in order. */
export function createReplica(answer: (answer: ReplicaAnswer) => void): (request: ReplicaRequest) => void {
  let opened: Opened | null = null;
  const use = (): Opened => {
    if (!opened) throw new Error('replica: must be opened before it works');
    return opened;
  };
  const handle = async (request: ReplicaRequest): Promise<void> => {
    if (request.kind === 'open') {
      opened = open(request.setup);
      answer({ kind: 'ready' });
    } else if (request.kind === 'step') use().step(request.job);
    else await use()[request.kind](request.tensors);
  };
  const fail = (error: unknown): void => {
    answer({ kind: 'failed', reason: reasonOf(error) });
    opened?.abort();
  };
  let last = Promise.resolve();
  return (request) => {
    last = last.then(() => handle(request)).catch(fail);
  };
}
