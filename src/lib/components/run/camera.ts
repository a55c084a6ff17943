/** @file Components: the camera: turning it on, what a refusal means, and one frame of it as bytes. */
import type { Shape } from '$lib/arch/architecture';
import { reasonOf } from '$lib/base/reason';
import { toChannels } from '$lib/data/channels';
import { m } from '$paraglide/messages';

/** A stream of pictures, or why there is none, in a sentence. */
export type Camera =
  { readonly kind: 'on'; readonly stream: MediaStream } | { readonly kind: 'off'; readonly reason: string };

/** What the browser's refusal means for the person in front of it. */
export function whyNoCamera(error: unknown): string {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return m.data_camera_refused();
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return m.data_camera_none();
  if (name === 'NotReadableError' || name === 'AbortError') return m.data_camera_busy();
  return m.data_camera_failed({ reason: reasonOf(error) });
}

/** Asks for the camera, no sound; the answer is a stream or the reason in words. */
export async function openCamera(): Promise<Camera> {
  // Absent outside https and localhost, whatever the type says.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (typeof devices?.getUserMedia !== 'function') return { kind: 'off', reason: m.data_camera_absent() };
  try {
    const video = { facingMode: 'user', width: { ideal: 640 }, height: { ideal: 480 } };
    return { kind: 'on', stream: await devices.getUserMedia({ video, audio: false }) };
  } catch (error) {
    return { kind: 'off', reason: whyNoCamera(error) };
  }
}

/** The largest centred square of a frame. */
export function middleSquare(width: number, height: number): { x: number; y: number; side: number } {
  const side = Math.min(width, height);
  return { x: (width - side) / 2, y: (height - side) / 2, side };
}

/** Draws the middle of the picture shown now to a canvas of the wanted size and reads it as uint8 NHWC; null before the first picture. */
export function grabFrame(video: HTMLVideoElement, canvas: HTMLCanvasElement, shape: Shape): Uint8Array | null {
  const [height, width, channels] = shape;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context || video.videoWidth === 0) return null;
  canvas.width = width;
  canvas.height = height;
  context.imageSmoothingQuality = 'high';
  const { x, y, side } = middleSquare(video.videoWidth, video.videoHeight);
  context.drawImage(video, x, y, side, side, 0, 0, width, height);
  const pixels = context.getImageData(0, 0, width, height);
  const out = new Uint8Array(height * width * channels);
  toChannels(new Uint8Array(pixels.data.buffer), channels, out);
  if (channels === 1) {
    // What is shown is what the network gets.
    for (let i = 0; i < height * width; i++) pixels.data.fill(out[i] ?? 0, 4 * i, 4 * i + 3);
    context.putImageData(pixels, 0, 0);
  }
  return out;
}
