/** @file Base: what an error says, whatever was thrown. */

/** The message of an error, anything else as text. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
