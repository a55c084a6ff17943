/** @file Tests of pictures and channel maps as bytes of a canvas. */
import { describe, expect, test } from 'vitest';
import { pictureRaster, tileGrid, tileRaster } from './pixels';

describe('pictureRaster', () => {
  test('shows one channel as grey', () => {
    const { rgba } = pictureRaster(new Uint8Array([7, 200]), [1, 2, 1]);
    expect([...rgba]).toEqual([7, 7, 7, 255, 200, 200, 200, 255]);
  });

  test('shows three channels as they are and leaves out a fourth', () => {
    expect([...pictureRaster(new Uint8Array([1, 2, 3]), [1, 1, 3]).rgba]).toEqual([1, 2, 3, 255]);
    expect([...pictureRaster(new Uint8Array([1, 2, 3, 9]), [1, 1, 4]).rgba]).toEqual([1, 2, 3, 255]);
  });
});

describe('tileGrid', () => {
  test.each([
    [[28, 28, 16], 28, 16],
    [[7, 7, 96], 35, 27],
    [[4, 4, 288], 40, 23],
    [[112, 112, 16], 40, 16],
    [[1, 1, 72], 5, 72]
  ] as const)('lays %j into one line of 1000 px', (shape, tileWidth, shown) => {
    const grid = tileGrid(shape, 1000, 1);
    expect([grid.tileWidth, grid.shown, grid.lines]).toEqual([tileWidth, shown, 1]);
    expect(grid.columns * (grid.tileWidth + 2) - 2).toBeLessThanOrEqual(1000);
  });

  test('takes as many lines as the channels need when it may', () => {
    expect(tileGrid([7, 7, 96], 350, Infinity)).toMatchObject({ columns: 9, lines: 11, shown: 96 });
  });

  test('draws one map where not even one fits', () => {
    expect(tileGrid([224, 224, 3], 20, 1)).toMatchObject({ columns: 1, shown: 1 });
  });
});

test('tileRaster(values, shape, grid) gives each channel its own tile and leaves the gaps clear', () => {
  const shape = [2, 2, 2] as const;
  // Channel 0 is half as strong at the top left as channel 1 at the bottom right.
  const values = new Float32Array([2, 0, 0, 0, 0, 0, 0, -4]);
  const grid = tileGrid(shape, 1000, 1);
  const { width, height, rgba } = tileRaster(values, shape, grid);
  const alpha = (x: number, y: number): number => rgba[4 * (y * width + x) + 3] ?? -1;
  expect([width, height]).toEqual([82, 40]);
  expect([alpha(0, 0), alpha(19, 19), alpha(20, 0), alpha(81, 39), alpha(42, 0)]).toEqual([134, 134, 14, 255, 14]);
  expect([alpha(40, 0), alpha(41, 20)]).toEqual([0, 0]);
});
