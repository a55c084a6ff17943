/** @file Step 5, latency: the deployment setting a millisecond speaks of, apart from how the network is trained. */
import type { Shape } from '$lib/arch/architecture';
import { m } from '$paraglide/messages';

/** Runtime, picture size and batch of the deployed network; latencies are milliseconds per image in this setting. */
export interface DeploymentSetting {
  /** 'tfjs-wasm', 'tfjs-webgl' …, as `RuntimeDescription.runtime` spells it. */
  readonly runtime: string;
  readonly resolution: Shape;
  readonly batch: number;
}

/** Pictures up to this side are timed in batches: at batch 1 the per-op overhead hides what a width costs. */
const SMALL_SIDE_PX = 64;
const SMALL_PICTURE_BATCH = 64;

/** The setting used unless the user says otherwise: batch 64 for pictures up to 64 px, batch 1 above. */
export function defaultSetting(runtime: string, resolution: Shape): DeploymentSetting {
  const side = Math.max(resolution[0], resolution[1]);
  return { runtime, resolution, batch: side <= SMALL_SIDE_PX ? SMALL_PICTURE_BATCH : 1 };
}

/** The setting as shown beside every latency: 'tfjs-wasm, 28×28×1, batch 64, ms per image'. */
export function settingLabel({ runtime, resolution, batch }: DeploymentSetting): string {
  return m.latency_setting({ runtime, resolution: resolution.join('×'), batch });
}

/** The setting as a key of stored tables, the same in every language: 'tfjs-wasm/28x28x1/64'. */
export function settingKey({ runtime, resolution, batch }: DeploymentSetting): string {
  return `${runtime}/${resolution.join('x')}/${batch}`;
}

/** Whether two latencies may be compared: equal runtime, resolution and batch. */
export function sameSetting(a: DeploymentSetting, b: DeploymentSetting): boolean {
  return a.runtime === b.runtime && a.batch === b.batch && a.resolution.every((side, i) => side === b.resolution[i]);
}
