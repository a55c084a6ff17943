/** @file Step 1, spec: the ranges a table may use, in one place. */

/** Widest layer: the family ends at 1280; 8192 keeps every product of widths exact and every drawing quick. */
export const maxWidth = 8192;
export const maxRows = 64;
/** Tallest or widest input in pixels. */
export const maxInput = 1024;
/** A single block of an article reads 192 channels. */
export const maxInputChannels = 512;
export const maxClasses = 30_000;
/** Largest network that is lowered: 1 GB of float32 parameters. */
export const maxParams = 250_000_000;
export const maxNameLength = 120;
/** Widths are typed in multiples of this (MobileNetV2 and V3's `make_divisible`). */
export const widthStep = 8;
export const maxDilation = 16;
/** Filters per channel of a depthwise row. */
export const maxMultiplier = 8;
/** Outputs of a features head, extra maps of a detection head. */
export const maxOutputs = 12;
