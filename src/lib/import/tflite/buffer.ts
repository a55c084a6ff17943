/** @file Import: FlatBuffer tables read with every offset checked; a broken file throws `NotUnderstood`, never anything else. */
import { decodeUtf8 } from '$lib/weights/header-text';
import { m } from '$paraglide/messages';
import { NotUnderstood } from '../graph/graph';

/** The byte position of a table. */
export type Table = number;

/** Bytes of a FlatBuffer (little endian); `file` names it in what is thrown. */
export class FlatBuffer {
  private readonly view: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly file: string
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  private at(position: number, size: number): number {
    if (position < 0 || position + size > this.bytes.length) {
      throw new NotUnderstood(this.file, m.import_tflite_damaged({ position }));
    }
    return position;
  }

  private u32(position: number): number {
    return this.view.getUint32(this.at(position, 4), true);
  }

  root(): Table {
    return this.u32(0);
  }

  /** Four letters at byte 4, the format's name. */
  identifier(): string {
    return String.fromCharCode(...this.bytes.subarray(this.at(4, 4), 8));
  }

  /** Position of a field's value, 0 where the table leaves it out. */
  private field(table: Table, slot: number): number {
    const vtable = table - this.view.getInt32(this.at(table, 4), true);
    const size = this.view.getUint16(this.at(vtable, 2), true);
    if (4 + 2 * slot >= size) return 0;
    const offset = this.view.getUint16(this.at(vtable + 4 + 2 * slot, 2), true);
    return offset === 0 ? 0 : table + offset;
  }

  int32(table: Table, slot: number, otherwise: number): number {
    const at = this.field(table, slot);
    return at === 0 ? otherwise : this.view.getInt32(this.at(at, 4), true);
  }

  int8(table: Table, slot: number, otherwise: number): number {
    const at = this.field(table, slot);
    return at === 0 ? otherwise : this.view.getInt8(this.at(at, 1));
  }

  /** A table inside the table; null where it is left out. */
  table(table: Table, slot: number): Table | null {
    const at = this.field(table, slot);
    return at === 0 ? null : at + this.u32(at);
  }

  /** Start and length of a vector whose elements are `size` bytes; more than `most` of them are a broken file. */
  private vector(table: Table, slot: number, [size, most]: readonly [number, number]): readonly [number, number] {
    const at = this.field(table, slot);
    if (at === 0) return [0, 0];
    const start = at + this.u32(at);
    const length = this.u32(start);
    this.at(start + 4, length * size);
    if (length > most) throw new NotUnderstood(this.file, m.import_tflite_many({ most, got: length }));
    return [start + 4, length];
  }

  tables(table: Table, slot: number, most: number): Table[] {
    const [start, length] = this.vector(table, slot, [4, most]);
    return Array.from({ length }, (_, i) => start + 4 * i + this.u32(start + 4 * i));
  }

  int32s(table: Table, slot: number, most: number): number[] {
    const [start, length] = this.vector(table, slot, [4, most]);
    return Array.from({ length }, (_, i) => this.view.getInt32(start + 4 * i, true));
  }

  float32s(table: Table, slot: number, most: number): number[] {
    const [start, length] = this.vector(table, slot, [4, most]);
    return Array.from({ length }, (_, i) => this.view.getFloat32(start + 4 * i, true));
  }

  int64s(table: Table, slot: number, most: number): number[] {
    const [start, length] = this.vector(table, slot, [8, most]);
    return Array.from({ length }, (_, i) => Number(this.view.getBigInt64(start + 8 * i, true)));
  }

  /** A view of the bytes, not a copy. */
  raw(table: Table, slot: number): Uint8Array {
    const [start, length] = this.vector(table, slot, [1, this.bytes.length]);
    return this.bytes.subarray(start, start + length);
  }

  /** A text; empty where it is left out, very long or not UTF-8. */
  text(table: Table, slot: number): string {
    const bytes = this.raw(table, slot);
    return bytes.length > 1000 ? '' : (decodeUtf8(bytes) ?? '');
  }
}
