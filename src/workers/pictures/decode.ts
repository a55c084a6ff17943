/** @file Workers: lets the browser decode one picture file to RGBA bytes of a given size. */
import { m } from '$paraglide/messages';

/** Decodes PNG, JPEG and what else the browser reads, scaled to width x height; rejects when it cannot. */
export async function decodePicture(bytes: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  const size = { resizeWidth: width, resizeHeight: height, resizeQuality: 'high' } as const;
  const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)]), size).catch((cause: unknown) => {
    throw new Error(m.data_picture_torn(), { cause });
  });
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error(m.run_no_picture_canvas());
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return new Uint8Array(context.getImageData(0, 0, width, height).data.buffer);
}
