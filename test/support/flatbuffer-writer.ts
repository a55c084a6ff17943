/** @file Test support: writes FlatBuffer tables, children after their parents, every vtable before its table. */

/** What a slot of a table may hold. */
export type Slot =
  | { readonly i32: number }
  | { readonly i8: number }
  | { readonly bytes: Uint8Array }
  | { readonly int32s: readonly number[] }
  | { readonly float32s: readonly number[] }
  | { readonly int64s: readonly number[] }
  | { readonly table: FlatTable }
  | { readonly tables: readonly FlatTable[] };

/** Slots by number; undefined ones are left out. */
export type FlatTable = readonly (Slot | undefined)[];

export const text = (value: string): Slot => ({ bytes: new TextEncoder().encode(value) });

class Writer {
  private bytes = new Uint8Array(1 << 16);
  private view = new DataView(this.bytes.buffer);
  private length = 0;

  /** Room for `size` bytes at a multiple of `align`. */
  private room(size: number, align = 4): number {
    const at = Math.ceil(this.length / align) * align;
    this.length = at + size;
    if (this.length > this.bytes.length) {
      const grown = new Uint8Array(2 * this.length);
      grown.set(this.bytes);
      this.bytes = grown;
      this.view = new DataView(grown.buffer);
    }
    return at;
  }

  private vector(count: number, size: number): number {
    // Data begins at a multiple of 16, its length stands right before it.
    const at = this.room(0, 16) + 12;
    // One zero more: what is a string ends in one.
    this.room(16 + count * size + 1, 16);
    this.view.setUint32(at, count, true);
    return at;
  }

  private child(slot: Slot): number {
    if ('table' in slot) return this.table(slot.table);
    if ('tables' in slot) {
      const at = this.vector(slot.tables.length, 4);
      slot.tables.forEach((table, i) => this.point(at + 4 + 4 * i, this.table(table)));
      return at;
    }
    if ('bytes' in slot) {
      const at = this.vector(slot.bytes.length, 1);
      this.bytes.set(slot.bytes, at + 4);
      return at;
    }
    if ('int32s' in slot) {
      const at = this.vector(slot.int32s.length, 4);
      slot.int32s.forEach((value, i) => this.view.setInt32(at + 4 + 4 * i, value, true));
      return at;
    }
    if ('float32s' in slot) {
      const at = this.vector(slot.float32s.length, 4);
      slot.float32s.forEach((value, i) => this.view.setFloat32(at + 4 + 4 * i, value, true));
      return at;
    }
    const values = 'int64s' in slot ? slot.int64s : [];
    const at = this.vector(values.length, 8);
    values.forEach((value, i) => this.view.setBigInt64(at + 4 + 8 * i, BigInt(value), true));
    return at;
  }

  private point(from: number, to: number): void {
    this.view.setUint32(from, to - from, true);
  }

  table(slots: FlatTable): number {
    const vtable = this.room(4 + 2 * slots.length);
    const table = this.room(4 + 4 * slots.length);
    this.view.setUint16(vtable, 4 + 2 * slots.length, true);
    this.view.setUint16(vtable + 2, 4 + 4 * slots.length, true);
    this.view.setInt32(table, table - vtable, true);
    slots.forEach((slot, i) => {
      if (!slot) return;
      const at = table + 4 + 4 * i;
      this.view.setUint16(vtable + 4 + 2 * i, 4 + 4 * i, true);
      if ('i32' in slot) this.view.setInt32(at, slot.i32, true);
      else if ('i8' in slot) this.view.setInt8(at, slot.i8);
      else this.point(at, this.child(slot));
    });
    return table;
  }

  file(identifier: string, root: FlatTable): Uint8Array {
    this.room(8);
    this.bytes.set(new TextEncoder().encode(identifier), 4);
    const table = this.table(root);
    this.point(0, table);
    return this.bytes.slice(0, this.length);
  }
}

/** A whole file: root offset, four letters, the root table. */
export function flatFile(identifier: string, root: FlatTable): Uint8Array {
  return new Writer().file(identifier, root);
}
