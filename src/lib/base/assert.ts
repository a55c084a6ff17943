/** @file Base: the guard that closes every discriminated union. */

/** Throws for a union member no branch handled; the compiler refuses to reach it. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: no rule for ${JSON.stringify(value)}`);
}
