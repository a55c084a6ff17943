/** @file Data: format and size of a picture from the first bytes of its file, before anything is decoded. */
import { m } from '$paraglide/messages';
import { mostPixels } from './limits';

export type PictureFormat = 'png' | 'jpeg' | 'webp' | 'gif' | 'bmp' | 'avif';

export interface PictureHeader {
  readonly format: PictureFormat;
  readonly width: number;
  readonly height: number;
}

type Size = Omit<PictureHeader, 'format'>;
/** Reads a size; throws a RangeError where the file ends too early, answers null where the size is not there. */
type ReadSize = (view: DataView) => Size | null;

const textAt = (view: DataView, at: number, text: string): boolean =>
  at + text.length <= view.byteLength && Array.from(text).every((c, i) => view.getUint8(at + i) === c.charCodeAt(0));

/** IHDR is the first chunk (PNG 3rd edition, §5.6). */
const png: ReadSize = (view) =>
  textAt(view, 12, 'IHDR') ? { width: view.getUint32(16), height: view.getUint32(20) } : null;

/** The frame header SOFn, found by walking the marker segments (ITU-T T.81, Annex B). */
const jpeg: ReadSize = (view) => {
  let at = 2;
  while (at < view.byteLength) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at++;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    if (marker === 0xda || marker === 0xd9) return null;
    const alone = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);
    if (!alone && view.getUint16(at + 2) < 2) return null;
    at += alone ? 2 : 2 + view.getUint16(at + 2);
  }
  return null;
};

const uint24 = (view: DataView, at: number): number => view.getUint16(at, true) + view.getUint8(at + 2) * 65536;

/** The first chunk: VP8 (RFC 6386 §9.1), VP8L or VP8X (RFC 9649). */
const webp: ReadSize = (view) => {
  if (textAt(view, 12, 'VP8 '))
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  if (textAt(view, 12, 'VP8L')) {
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  return textAt(view, 12, 'VP8X') ? { width: uint24(view, 24) + 1, height: uint24(view, 27) + 1 } : null;
};

/** The logical screen (GIF89a, §18). */
const gif: ReadSize = (view) => ({ width: view.getUint16(6, true), height: view.getUint16(8, true) });

/** BITMAPCOREHEADER has 16-bit sides, all later headers 32-bit ones; a negative height counts from the top. */
const bmp: ReadSize = (view) =>
  view.getUint32(14, true) === 12
    ? { width: view.getUint16(18, true), height: view.getUint16(20, true) }
    : { width: Math.abs(view.getInt32(18, true)), height: Math.abs(view.getInt32(22, true)) };

/** The largest image spatial extent, `ispe`, of the boxes meta, iprp, ipco (ISO/IEC 23008-12 §6.5.3). */
const avif: ReadSize = (view) => {
  let found: Size | null = null;
  const walk = (from: number, to: number): void => {
    for (let at = from; at + 8 <= to;) {
      const size = view.getUint32(at);
      const end = size === 0 ? to : at + size;
      if ((size !== 0 && size < 8) || end > to) return;
      if (textAt(view, at + 4, 'meta')) walk(at + 12, end);
      if (textAt(view, at + 4, 'iprp') || textAt(view, at + 4, 'ipco')) walk(at + 8, end);
      if (textAt(view, at + 4, 'ispe')) {
        const [width, height] = [view.getUint32(at + 12), view.getUint32(at + 16)];
        if (!found || width * height > found.width * found.height) found = { width, height };
      }
      at = end;
    }
  };
  walk(0, view.byteLength);
  return found;
};

const formats: readonly (readonly [PictureFormat, (view: DataView) => boolean, ReadSize])[] = [
  ['png', (view) => textAt(view, 0, '\x89PNG\r\n\x1a\n'), png],
  ['jpeg', (view) => textAt(view, 0, '\xff\xd8\xff'), jpeg],
  ['webp', (view) => textAt(view, 0, 'RIFF') && textAt(view, 8, 'WEBP'), webp],
  ['gif', (view) => textAt(view, 0, 'GIF87a') || textAt(view, 0, 'GIF89a'), gif],
  ['bmp', (view) => textAt(view, 0, 'BM'), bmp],
  ['avif', (view) => textAt(view, 4, 'ftypavif') || textAt(view, 4, 'ftypavis'), avif]
];

export type ReadHeader =
  { readonly kind: 'ok'; readonly header: PictureHeader } | { readonly kind: 'bad'; readonly reason: string };

/** Reads format, width and height; whatever the bytes are, the answer is a header or what is wrong with the file. */
export function readPictureHeader(bytes: Uint8Array): ReadHeader {
  const bad = (reason: string): ReadHeader => ({ kind: 'bad', reason });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const known = formats.find(([, matches]) => matches(view));
  if (bytes.length === 0) return bad(m.data_picture_empty());
  if (!known) return bad(m.data_picture_format());
  const [format, , readSize] = known;
  let size: Size | null;
  try {
    size = readSize(view);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    size = null;
  }
  if (!size) return bad(m.data_picture_header({ format: format.toUpperCase(), got: bytes.length }));
  const { width, height } = size;
  if (width < 1 || height < 1) return bad(m.data_picture_size({ width, height }));
  return { kind: 'ok', header: { format, width, height } };
}

/** Why a picture must not be decoded: no picture, a broken header, or more than 50 megapixels; null when it may be. */
export function whyNotDecode(bytes: Uint8Array): string | null {
  const read = readPictureHeader(bytes);
  if (read.kind === 'bad') return read.reason;
  const { width, height } = read.header;
  if (width * height <= mostPixels) return null;
  return m.data_picture_pixels({ width, height, most: mostPixels / 1e6, got: Math.round((width * height) / 1e6) });
}
