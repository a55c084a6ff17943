/** @file Test support: imports an .onnx file that must be read, or must be refused, and takes the time. */
import { expect } from 'vitest';
import type { Imported } from '../../src/lib/import/graph/graph';
import { importOnnx } from '../../src/lib/import/onnx/onnx';

export type Network = Extract<Imported, { kind: 'ok' }>;

/** The network of a file that must be read. */
export function readNetwork(bytes: Uint8Array): Network {
  const imported = importOnnx(bytes, 'file.onnx');
  if (imported.kind === 'bad') throw new Error(JSON.stringify(imported.issues));
  return imported;
}

/** What is read, and the least of a few tries in milliseconds of processor time: what the reader needs, not its neighbours. */
export function timedImport(bytes: Uint8Array): { readonly imported: Imported; readonly ms: number } {
  let ms = Infinity;
  for (let turn = 0; ; turn++) {
    const start = process.cpuUsage().user;
    const imported = importOnnx(bytes, 'file.onnx');
    ms = Math.min(ms, (process.cpuUsage().user - start) / 1000);
    if (turn === 7 || ms < 100) return { imported, ms };
  }
}

/** Where a file is refused and why, in time. */
export function refusal(bytes: Uint8Array): string {
  const { imported, ms } = timedImport(bytes);
  expect(ms).toBeLessThan(200);
  return imported.kind === 'ok' ? 'read' : imported.issues.map(({ path, message }) => `${path}: ${message}`).join();
}
