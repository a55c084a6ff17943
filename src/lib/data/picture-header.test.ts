import { describe, expect, test } from 'vitest';
import { bmp } from './pictures.fixture';
import { readPictureHeader, whyNotDecode } from './picture-header';

const bytes = (...parts: readonly (string | readonly number[])[]): Uint8Array =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === 'string' ? Array.from(part, (c) => c.charCodeAt(0)) : part))
  );
const u32 = (value: number): number[] => [value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255];
const png = (width: number, height: number) => bytes('\x89PNG\r\n\x1a\n', u32(13), 'IHDR', u32(width), u32(height));
const riff = (kind: string, ...rest: readonly number[]) =>
  bytes('RIFF', [0, 0, 0, 0], 'WEBP', kind, [9, 0, 0, 0], rest);
const box = (kind: string, ...inner: readonly (readonly number[])[]): number[] => {
  const body = inner.flat();
  return [...u32(8 + body.length), ...bytes(kind), ...body];
};
const ispe = (width: number, height: number): number[] => box('ispe', [0, 0, 0, 0], u32(width), u32(height));
const avif = bytes(
  box('ftyp', Array.from(bytes('avif'))),
  box('meta', [0, 0, 0, 0], box('iprp', box('ipco', ispe(20, 10), ispe(4032, 3024))))
);

/** SOI, an APP0 of 16 bytes, fill bytes, a DHT (which is no frame), then the frame. */
const jpeg = bytes(
  [0xff, 0xd8, 0xff, 0xe0, 0, 16, ...Array.from({ length: 14 }, () => 0xff), 0xff, 0xff, 0xc4, 0, 4, 9, 9],
  [0xff, 0xc2, 0, 17, 8, 0x0b, 0xd0, 0x0f, 0xc0, 3]
);

describe('readPictureHeader', () => {
  test.each([
    ['png', png(640, 480), 640, 480],
    ['jpeg', jpeg, 4032, 3024],
    ['webp', riff('VP8 ', 0, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 0x41, 0xf0, 0x00), 320, 240],
    ['webp', riff('VP8L', 0x2f, 0x3f, 0xc1, 0x3b, 0x00), 320, 240],
    ['webp', riff('VP8X', 0, 0, 0, 0, 0x3f, 0x01, 0x00, 0xef, 0x00, 0x00), 320, 240],
    ['gif', bytes('GIF89a', [0x40, 0x01, 0xf0, 0x00]), 320, 240],
    ['bmp', bmp(320, -240, 0), 320, 240],
    ['avif', avif, 4032, 3024]
  ])('reads the size of a %s', (format, file, width, height) => {
    expect(readPictureHeader(file)).toEqual({ kind: 'ok', header: { format, width, height } });
  });

  test.each([
    ['nothing', new Uint8Array(0), 'got an empty file'],
    ['text', bytes('hello'), 'must begin as a PNG'],
    [
      'a PNG cut in its header',
      png(9, 9).subarray(0, 20),
      'PNG: must state its width and height, got a broken header in a file of 20 bytes'
    ],
    ['a JPEG without a frame', jpeg.subarray(0, 25), 'JPEG: must state its width'],
    ['a JPEG whose segment has no length', bytes([0xff, 0xd8, 0xff, 0xe0, 0, 0, 0xff, 0xe0, 0, 0]), 'JPEG: must state'],
    ['an AVIF box that ends before it begins', bytes(u32(4), 'ftypavif', u32(2)), 'AVIF: must state'],
    ['no pixels', png(0, 7), 'must be at least 1 × 1 pixels, got 0 × 7']
  ])('refuses %s', (_, file, message) => {
    const read = readPictureHeader(file);
    expect(read.kind === 'bad' && read.reason).toContain(message);
  });
});

test('50 megapixels may be decoded, one more may not', () => {
  expect(whyNotDecode(png(10_000, 5_000))).toBe(null);
  expect(whyNotDecode(png(10_000, 5_001))).toContain('at most 50 megapixels, got 10000 × 5001');
});

test('what real encoders write is read', async () => {
  const { encode } = await import('fast-png');
  const { default: encoder } = await import('jpeg-js');
  const data = new Uint8Array(4 * 30 * 20).fill(120);
  expect(readPictureHeader(encode({ width: 30, height: 20, data, channels: 4 }))).toMatchObject({
    header: { format: 'png', width: 30, height: 20 }
  });
  const shot = encoder.encode({ width: 30, height: 20, data: Buffer.from(data) }, 80);
  expect(readPictureHeader(shot.data)).toMatchObject({ header: { format: 'jpeg', width: 30, height: 20 } });
});
