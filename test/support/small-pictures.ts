/** @file Test support: one good picture of every format a folder may hold, as encoders write them. */
import { encode } from 'fast-png';
import jpeg from 'jpeg-js';
import { bmp } from '../../src/lib/data/pictures.fixture';
import type { PictureFormat } from '../../src/lib/data/picture-header';

const pixels = Uint8Array.from({ length: 4 * 24 * 16 }, (_, i) => (i % 4 === 3 ? 255 : (i * 37) & 255));
const written = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));

/** WebP and AVIF are a red to blue slope that Chromium's canvas and its AV1 encoder wrote, the GIF is four colours. */
export const smallPictures: Readonly<Record<PictureFormat, Uint8Array>> = {
  png: encode({ width: 24, height: 16, channels: 4, data: pixels }),
  jpeg: new Uint8Array(jpeg.encode({ width: 24, height: 16, data: Buffer.from(pixels) }, 70).data),
  webp: written(
    'UklGRlAAAABXRUJQVlA4IEQAAAAQAwCdASoQAAwAAUAmJbACdLoB+AFKA/AAFKUXsaYCoAAA/vk3uNHiEh7DgRD5eggF1ev/7T6Zn/vZ5FcUn8h89tYAAA=='
  ),
  gif: written('R0lGODlhBAAEAIEAAMgeHh7IHh4eyNzc3CwAAAAABAAEAAACDQRDcQzFERRHMBzBUAUAOw=='),
  bmp: bmp(4, 4, 90),
  avif: written(
    'AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAADgbWV0YQAAAAAAAAAhaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAAAAAAAOcGl0' +
      'bQAAAAAAAQAAAB5pbG9jAAAAAEQAAAEAAQAAAAEAAAEIAAAAsQAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEAAGF2MDEAAAAAZGlwcnAAAABG' +
      'aXBjbwAAABRpc3BlAAAAAAAAAEAAAABAAAAAEHBpeGkAAAAAAwgICAAAABphdjFDgQAMAAoMAAAAAq//gDRAQ0BhAAAAFmlwbWEAAAAAAAAAAQAB' +
      'AwECgwAAALltZGF0CgwAAAACr/+ANEBDQGEyoAEQSgAIIIIQACDZiks+GYNRAfZ/XBuR9iOCWd8hCgfYLnnd3VvVeN43MVchVtxZwgQhSnp0r0yw' +
      'qa5LEIZLbyprlNArmyngidNh+3E+flea1FI4x+mbiY+SJr5SUx9sfgFpwJ8U3bOgEtaG072QJVyRbunCgLYy2nFAkSKV796qneYBVdYiMweFv2GD' +
      '4v6Al+ozCa+ZWhAG/dnkYTBjhstA'
  )
};
