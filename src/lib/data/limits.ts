/** @file Data: how much a person's own pictures may be, so that no file can fill the memory or keep a machine busy for hours. */

/** Pixels of one picture, read from its header before anything is decoded: 50 megapixels. */
export const mostPixels = 50_000_000;
/** Bytes of one picture file. */
export const mostFileBytes = 256e6;
/** Bytes of a set once decoded, or of one array: a browser tab has room for it and for a copy. */
export const mostSetBytes = 2 ** 30;
/** Bytes of all entries of an archive once unpacked. */
export const mostArchiveBytes = 8e9;
/** Entries of an archive, files of a folder. */
export const mostFiles = 200_000;
/** Classes of a set: a label is one byte. */
export const mostClasses = 256;
