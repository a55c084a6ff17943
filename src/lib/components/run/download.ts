/** @file Components: hands bytes to the browser as a file to save. */
import type { Checkpoint } from '$lib/weights/checkpoint';

/** Saves a checkpoint as `.safetensors`, named after its network. */
export async function saveCheckpoint(checkpoint: Checkpoint): Promise<void> {
  const { toSafetensors } = await import('$lib/weights/safetensors');
  save(toSafetensors(checkpoint), `${fileName(checkpoint.arch.name)}.safetensors`);
}

/** A name a file system takes: letters, digits, dots and dashes. */
export function fileName(name: string): string {
  const plain = name.replaceAll(/[^\p{L}\p{N}.]+/gu, '-').replaceAll(/^[-.]+|[-.]+$/g, '');
  return plain || 'network';
}

/** Saves a file of text or bytes under its own name. */
export function saveFile({ name, content }: { readonly name: string; readonly content: string | Uint8Array }): void {
  save(content, name);
}

function save(content: string | Uint8Array, name: string): void {
  const url = URL.createObjectURL(new Blob([typeof content === 'string' ? content : new Uint8Array(content)]));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
