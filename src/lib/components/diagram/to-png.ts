/** @file Components: a picture drawn as pixels, on the main thread: the only place that has a canvas for SVG. */
import { m } from '$paraglide/messages';

/** Pixels for each pixel of the SVG: the screen's own, or more for slides and print. */
export type PngScale = 1 | 2 | 4;

/**
 * A standalone SVG as PNG bytes, drawn anew at the scale. Rejects in words where this browser cannot draw it or has no
 * memory for a canvas of that size.
 */
export async function toPng(svg: string, scale: PngScale): Promise<Uint8Array<ArrayBuffer>> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  const canvas = document.createElement('canvas');
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    canvas.width = image.naturalWidth * scale;
    canvas.height = image.naturalHeight * scale;
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
    if (!blob) throw new Error(m.listing_png_none({ width: canvas.width, height: canvas.height }));
    return new Uint8Array(await blob.arrayBuffer());
  } finally {
    URL.revokeObjectURL(url);
    // A canvas keeps its pixels until it is collected.
    canvas.width = 0;
  }
}
