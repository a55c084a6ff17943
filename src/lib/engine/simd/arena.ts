/** @file SIMD engine: one network's memory, handed out once and never freed in part. */
const PAGE_BYTES = 65536;
/** Kernels may load up to 7 floats past a row. */
const SLACK_BYTES = 64;
const MAX_PAGES = 65536;

/** More memory was asked for than a WebAssembly memory can have or the device gives; the words name the batch. */
export class TooLarge extends Error {}

/** A growing WebAssembly memory with 64-byte aligned blocks. */
export interface Arena {
  readonly memory: WebAssembly.Memory;
  /** Reserves n floats, zeroed; returns their byte offset. Throws when the machine has no more memory. */
  alloc(floats: number): number;
  /** A view of n floats; valid until the next `alloc`. */
  floats(pointer: number, count: number): Float32Array;
  /** Bytes handed out. */
  readonly bytes: number;
}

/** Opens an empty memory; `tooLarge` words what is thrown when so many MiB are not to be had. */
export function openArena(tooLarge: (mebibytes: number) => string): Arena {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: MAX_PAGES });
  let top = 1024;
  return {
    memory,
    alloc(floats) {
      const pointer = top;
      top += Math.ceil((floats * 4) / 64) * 64;
      const missing = top + SLACK_BYTES - memory.buffer.byteLength;
      if (missing > 0) {
        try {
          memory.grow(Math.ceil(missing / PAGE_BYTES));
        } catch (cause) {
          throw new TooLarge(tooLarge(Math.ceil(top / 2 ** 20)), { cause });
        }
      }
      return pointer;
    },
    floats: (pointer, count) => new Float32Array(memory.buffer, pointer, count),
    get bytes() {
      return top;
    }
  };
}

/** A block shared by steps that never overlap; every user says how much it needs before the block is placed. */
export interface Scratch {
  need(floats: number): void;
  readonly pointer: number;
  place(arena: Arena): void;
}

/** Opens a scratch block. */
export function openScratch(): Scratch {
  let floats = 0;
  let pointer = 0;
  return {
    need: (count) => void (floats = Math.max(floats, count)),
    get pointer() {
      return pointer;
    },
    place: (arena) => void (pointer = arena.alloc(floats))
  };
}
