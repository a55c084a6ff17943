/** @file Import: protobuf messages read field by field with every length checked; a broken file throws `NotUnderstood`. */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { decodeUtf8 } from '$lib/weights/header-text';
import { m } from '$paraglide/messages';
import { NotUnderstood } from '../graph/graph';

/** Fields of one message: a large network has a few thousand nodes. */
const mostFields = 100_000;
const mostLetters = 1000;

/** The bits of a field as they stand in the file; a varint as a signed 64-bit number, which floats do not cut below 2^53. */
type Field =
  | { readonly wire: 'varint'; readonly value: number }
  | { readonly wire: 'fixed32' | 'fixed64' | 'bytes'; readonly bytes: Uint8Array };

function fieldOf(reader: BinaryReader, wire: WireType): Field | null {
  if (wire === WireType.Varint) return { wire: 'varint', value: Number(reader.int64()) };
  if (wire === WireType.LengthDelimited) return { wire: 'bytes', bytes: reader.bytes() };
  if (wire === WireType.Bit32) return { wire: 'fixed32', bytes: reader.skip(wire) };
  return wire === WireType.Bit64 ? { wire: 'fixed64', bytes: reader.skip(wire) } : null;
}

function fieldsOf(bytes: Uint8Array, file: string): Map<number, Field[]> {
  const fields = new Map<number, Field[]>();
  const reader = new BinaryReader(bytes, (text) => decodeUtf8(text) ?? '');
  try {
    for (let count = 0; reader.pos < reader.len; count++) {
      const [number, wire] = reader.tag();
      const field = fieldOf(reader, wire);
      if (!field || reader.pos > reader.len) throw new NotUnderstood(file, m.onnx_damaged({ position: reader.pos }));
      if (count >= mostFields) throw new NotUnderstood(file, m.onnx_many({ most: mostFields }));
      const known = fields.get(number);
      if (known) known.push(field);
      else fields.set(number, [field]);
    }
  } catch (error) {
    // The reader itself throws plain errors, of the bytes alone.
    if (error instanceof NotUnderstood) throw error;
    throw new NotUnderstood(file, m.onnx_damaged({ position: reader.pos }));
  }
  return fields;
}

/** A message by field numbers; `file` names it in what is thrown. Where a single field comes twice, the last one counts. */
export class Message {
  private readonly fields: ReadonlyMap<number, readonly Field[]>;

  constructor(
    bytes: Uint8Array,
    private readonly file: string
  ) {
    this.fields = fieldsOf(bytes, file);
  }

  private all(number: number): readonly Field[] {
    return this.fields.get(number) ?? [];
  }

  private damaged(number: number): never {
    throw new NotUnderstood(this.file, m.onnx_field({ number }));
  }

  has(number: number): boolean {
    return this.all(number).length > 0;
  }

  /** Raw contents of every field of that number: views, not copies. */
  pieces(number: number): readonly Uint8Array[] {
    return this.all(number).map((field) => (field.wire === 'bytes' ? field.bytes : this.damaged(number)));
  }

  bytes(number: number): Uint8Array | null {
    return this.pieces(number).at(-1) ?? null;
  }

  messages(number: number): Message[] {
    return this.pieces(number).map((bytes) => new Message(bytes, this.file));
  }

  message(number: number): Message | null {
    const bytes = this.bytes(number);
    return bytes && new Message(bytes, this.file);
  }

  texts(number: number): string[] {
    return this.pieces(number).map(
      (bytes) => (bytes.length > mostLetters ? null : decodeUtf8(bytes)) ?? this.damaged(number)
    );
  }

  /** Empty where it is left out. */
  text(number: number): string {
    return this.texts(number).at(-1) ?? '';
  }

  /** Whole numbers, packed or one by one. */
  ints(number: number): number[] {
    const out: number[] = [];
    for (const field of this.all(number)) {
      if (field.wire === 'varint') out.push(field.value);
      else if (field.wire === 'bytes') for (const value of this.packed(field.bytes, number)) out.push(value);
      else this.damaged(number);
    }
    return out;
  }

  int(number: number, otherwise: number): number {
    return this.ints(number).at(-1) ?? otherwise;
  }

  private packed(bytes: Uint8Array, number: number): number[] {
    const reader = new BinaryReader(bytes, () => '');
    const out: number[] = [];
    try {
      while (reader.pos < reader.len) out.push(Number(reader.int64()));
    } catch {
      return this.damaged(number);
    }
    return reader.pos > reader.len ? this.damaged(number) : out;
  }

  /** Floats or doubles as little-endian bytes, packed or one by one; throws where they are of another width. */
  fixed(number: number, width: 4 | 8): Uint8Array {
    const wire = width === 4 ? 'fixed32' : 'fixed64';
    const parts = this.all(number).map((field) => {
      if (field.wire === wire || (field.wire === 'bytes' && field.bytes.length % width === 0)) return field.bytes;
      return this.damaged(number);
    });
    const [first] = parts;
    if (parts.length === 1 && first) return first;
    const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  }

  float(number: number, otherwise: number): number {
    const bytes = this.fixed(number, 4);
    if (bytes.length < 4) return otherwise;
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getFloat32(bytes.length - 4, true);
  }
}
