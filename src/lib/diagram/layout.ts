/** @file Diagram: where every part of the diagram stands, as numbers; Svelte writes the marks. */
import { isFan, type Column } from './columns';
import { rootScale } from './root-scale';

/** Pixels of a drawn channel's square root, and of the narrowest body, at full scale. */
const channelPx = 1.69;
const narrowestPx = 5.8;
/** Height of the input picture: 19.4 px times the square root of 224. */
export const fullHeight = 19.4 * Math.sqrt(224);

/** The sheet a score is drawn on, in pixels. */
export interface Sheet {
  readonly width: number;
  /** Room at the left for the axis. */
  readonly gutter: number;
  /** The ground line, from the top. */
  readonly ground: number;
  /** Height of the input picture. */
  readonly tall: number;
}

/** The hero figure on the Explore page; `below` holds the badges. */
export const hero = { gutter: 112, ground: 336, below: 56, tall: fullHeight, narrowestColumn: 57 } as const;

/** A figure narrower than this is scrolled. */
const narrowestFigure = 1180;
/** A few columns stay together instead of spreading over the page. */
const widestColumn = 150;

/** Width of the hero figure where there is so much room, in pixels. */
export function heroWidth(columns: readonly Column[], room: number): number {
  const { gutter, narrowestColumn } = hero;
  const needed = Math.max(room, narrowestFigure, gutter + columns.length * narrowestColumn);
  return Math.min(gutter + columns.length * widestColumn, needed);
}

/** The hero figure laid out where there is so much room, in pixels. */
export function heroScore(columns: readonly Column[], room: number): Score {
  const { gutter, ground } = hero;
  return layoutScore(columns, { width: heroWidth(columns, room), gutter, ground, tall: tallFor(columns) });
}

/** Height of the input picture for these columns: a little less when arcs rise above blocks as tall as itself. */
export function tallFor(columns: readonly Column[]): number {
  return columns[0]?.output[0] === columns[0]?.input[0] ? fullHeight * 0.9 : fullHeight;
}

/** One operator as drawn: body from x to x + body, then a second mark (plate or mesh) from second to right. */
export interface Block {
  readonly index: number;
  readonly centre: number;
  readonly x: number;
  readonly body: number;
  readonly second: number;
  readonly secondWidth: number;
  readonly right: number;
  /** Heights at the left and right side. */
  readonly from: number;
  readonly to: number;
}

/** Neighbouring columns of one output resolution. */
export interface Stage {
  readonly first: number;
  readonly last: number;
  readonly size: readonly [height: number, width: number];
}

export interface Tick {
  readonly pixels: number;
  readonly y: number;
  /** Where the rule of this height may end without touching a block. */
  readonly until: number;
}

export interface Arc {
  readonly from: number;
  readonly to: number;
  readonly y: number;
  readonly rise: number;
  /** The input goes through a 1x1 convolution. */
  readonly mixed: boolean;
}

/** The way of a map that a head reads from an earlier column. */
export interface Route {
  /** Where it rises: the middle of a mark and its top; null where it branches off a way that is already up. */
  readonly riseTop: number | null;
  readonly from: number;
  /** How far it goes along at height `y`: to its reader, or only up to the way of another. */
  readonly to: number | null;
  readonly toTop: number;
  readonly y: number;
}

export interface Score {
  readonly sheet: Sheet;
  readonly columnWidth: number;
  /** Share of the full width scale in use: below 1 when the columns are narrow. */
  readonly widthShare: number;
  readonly blocks: readonly Block[];
  readonly stages: readonly Stage[];
  readonly ticks: readonly Tick[];
  readonly arcs: readonly Arc[];
  readonly routes: readonly Route[];
}

/** Width of the predictors of all maps side by side. */
const fanPx = 40;

const bodyPx = (channels: number): number => Math.max(narrowestPx, channelPx * Math.sqrt(channels));

/** Full-scale widths of a column: the body, the gap, and the plate (#out) or the 1x1 mesh beside it. */
function widths(column: Column): readonly [body: number, gap: number, second: number] {
  if (column.kind === 'bneck' || column.kind === 'extra') {
    return [bodyPx(column.expSize ?? 1), 3, bodyPx(column.out)];
  }
  if (column.kind === 'separable') return [bodyPx(column.input[2]), 0, bodyPx(column.out)];
  if (isFan(column)) return [fanPx, 0, 0];
  return [bodyPx(column.out), 0, 0];
}

/** Groups neighbouring columns by output resolution. */
export function stagesOf(columns: readonly Column[]): Stage[] {
  const stages: Stage[] = [];
  for (const { index, output } of columns) {
    const open = stages.at(-1);
    if (open && open.size[0] === output[0] && open.size[1] === output[1]) {
      stages[stages.length - 1] = { ...open, last: index };
    } else stages.push({ first: index, last: index, size: [output[0], output[1]] });
  }
  return stages;
}

function ticksOf(
  columns: readonly Column[],
  blocks: readonly Block[],
  sheet: Sheet,
  height: (px: number) => number
): Tick[] {
  const sizes = [...new Set(columns.flatMap(({ input, output }) => [input[0], output[0]]))].sort((a, b) => b - a);
  const ticks: Tick[] = [];
  for (const pixels of sizes) {
    const y = sheet.ground - height(pixels);
    const above = ticks.at(-1);
    if (pixels === 1 || (above && y - above.y < 14)) continue;
    const touch = blocks.find((block) => Math.max(block.from, block.to) >= height(pixels) - 0.5);
    ticks.push({ pixels, y, until: ticks.length < 2 && touch?.index === 0 ? touch.x - 8 : sheet.gutter - 20 });
  }
  return ticks;
}

/** Residual arcs, from the plate before to the plate of the block that adds. */
function arcsOf(columns: readonly Column[], blocks: readonly Block[], sheet: Sheet, columnWidth: number): Arc[] {
  return columns.flatMap((column, i) => {
    const block = blocks[i];
    const before = blocks[i - 1];
    if (column.residual === 'none' || !block || !before) return [];
    const from = before.secondWidth ? before.right - before.secondWidth / 2 : before.right;
    const to = block.second + block.secondWidth / 2;
    const mixed = column.residual === 'conv';
    return [{ from, to, y: sheet.ground - block.from - 5, rise: 18 + columnWidth * 0.12, mixed }];
  });
}

const topOf = (block: Block, sheet: Sheet): number => sheet.ground - Math.max(block.from, block.to);

/** Ways of the maps that columns read besides the one before; those of one reader run at one height. */
function routesOf(columns: readonly Column[], blocks: readonly Block[], sheet: Sheet): Route[] {
  return columns.flatMap((column, i): Route[] => {
    const reader = blocks[i];
    const before = columns[i - 1];
    if (!reader || column.reads.length === 0) return [];
    const first = Math.min(i, ...column.reads);
    // The first way leaves at the right side of its block, however tall the left one is.
    const start = sheet.ground - (blocks[first]?.to ?? 0);
    const between = [start, ...blocks.slice(first + 1, i + 1).map((block) => topOf(block, sheet))];
    const y = Math.min(sheet.ground - 40, ...between) - 34;
    const end = { to: reader.centre, toTop: topOf(reader, sheet), y };
    // Both predictors read the same maps: the second takes them where they reach the first.
    if (before && isFan(before)) return [{ ...end, riseTop: null, from: blocks[i - 1]?.centre ?? 0 }];
    return column.reads.flatMap((read, r): Route[] => {
      const block = blocks[read];
      if (!block) return [];
      // A detector reads the expansion of a bneck, every other head what comes out.
      const inner = isFan(column) && columns[read]?.kind === 'bneck';
      const plate = block.secondWidth > 0 && !inner;
      const edge = block.from > block.to && !inner ? block.right - 1 : block.x + block.body / 2;
      const from = plate ? block.second + block.secondWidth / 2 : edge;
      const riseTop = sheet.ground - (inner ? block.from : block.to);
      return [{ ...end, riseTop, from, to: r === 0 ? end.to : null }];
    });
  });
}

/** Lays the columns of a network out on a sheet: heights by resolution, widths by channels, both square-root. */
export function layoutScore(columns: readonly Column[], sheet: Sheet): Score {
  const columnWidth = (sheet.width - sheet.gutter) / Math.max(1, columns.length);
  const tallest = columns[0]?.input[0] ?? 1;
  const height = rootScale(tallest, sheet.tall);
  const full = columns.map(widths);
  const widest = Math.max(1, ...full.map(([body, gap, second]) => body + gap + second));
  const widthShare = Math.min(1, (columnWidth - Math.min(10, columnWidth * 0.12)) / widest);
  const blocks = columns.map((column, i): Block => {
    const [body = 1, gap = 0, second = 0] = (full[i] ?? []).map((px) => px * widthShare);
    const centre = sheet.gutter + columnWidth * (i + 0.5);
    const x = centre - (body + gap + second) / 2;
    const right = x + body + gap + second;
    const [from, to] = isFan(column)
      ? [0, height(column.input[0])]
      : [height(column.input[0]), height(column.output[0])];
    return { index: i, centre, x, body, second: x + body + gap, secondWidth: second, right, from, to };
  });
  return {
    sheet,
    columnWidth,
    widthShare,
    blocks,
    stages: stagesOf(columns),
    ticks: ticksOf(columns, blocks, sheet, height),
    arcs: arcsOf(columns, blocks, sheet, columnWidth),
    routes: routesOf(columns, blocks, sheet)
  };
}
