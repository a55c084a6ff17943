/** @file Step 1, spec: edits as new tables; rows that are not touched keep their identity. */
import type { Architecture, Row } from './architecture';
import { followSqueeze, plainSqueezeExcite } from './squeeze-excite';

type Json = unknown;

function setAt(value: Json, keys: readonly string[], next: Json): Json {
  const [key, ...rest] = keys;
  if (key === undefined) return next;
  if (Array.isArray(value)) {
    const index = Number(key);
    if (!Number.isInteger(index) || index < 0 || index >= value.length) {
      throw new Error(`edit ${keys.join('.')}: index must lie in the list, got ${key}`);
    }
    return value.map((item: Json, i) => (i === index ? setAt(item, rest, next) : item));
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) {
    throw new Error(`edit ${keys.join('.')}: field must exist`);
  }
  const record = value as Record<string, Json>;
  return { ...record, [key]: setAt(record[key], rest, next) };
}

/** Sets the field at a JSON path ('rows.3.out'); the path must exist, the value is checked by `checkArchitecture`. */
export function setField(arch: Architecture, path: string, value: unknown): Architecture {
  return setAt(arch, path.split('.'), value) as Architecture;
}

const withRows = (arch: Architecture, rows: readonly Row[]): Architecture => ({ ...arch, rows });

/** Sets the exp size of a bneck row; an SE after the depthwise of a quarter of it follows (MobileNetV3 §5.3). */
export function setExpSize(arch: Architecture, index: number, expSize: number): Architecture {
  const row = arch.rows[index];
  if (row?.kind !== 'bneck') throw new Error(`edit row ${index + 1}: must be a bneck to have an exp size`);
  const se = followSqueeze(row.se, row, { expSize, out: row.out });
  return withRows(arch, arch.rows.with(index, { ...row, expSize, se }));
}

/** Sets #out of a row; an SE after the projection that is a quarter of it follows. */
export function setOut(arch: Architecture, index: number, out: number): Architecture {
  const row = arch.rows[index];
  if (row?.kind !== 'bneck') return setField(arch, `rows.${index}.out`, out);
  const se = followSqueeze(row.se, row, { expSize: row.expSize, out });
  return withRows(arch, arch.rows.with(index, { ...row, out, se }));
}

/** Switches squeeze-and-excite of a bneck row on (a quarter of the exp size) or off. */
export function setSqueezeExcite(arch: Architecture, index: number, on: boolean): Architecture {
  const row = arch.rows[index];
  if (row?.kind !== 'bneck') throw new Error(`edit row ${index + 1}: must be a bneck to squeeze and excite`);
  return withRows(arch, arch.rows.with(index, { ...row, se: on ? plainSqueezeExcite(row.expSize) : null }));
}

/** Inserts a row before `index`. */
export function insertRow(arch: Architecture, index: number, row: Row): Architecture {
  return withRows(arch, arch.rows.toSpliced(index, 0, row));
}

/** Repeats a row right after itself with stride 1, so that the resolution of what follows stays. */
export function duplicateRow(arch: Architecture, index: number): Architecture {
  const row = arch.rows[index];
  if (!row) throw new Error(`edit row ${index + 1}: must exist`);
  return insertRow(arch, index + 1, row.kind === 'squeezeExcite' ? row : { ...row, stride: 1 });
}

/** Removes a row; the last one stays. */
export function removeRow(arch: Architecture, index: number): Architecture {
  return arch.rows.length > 1 ? withRows(arch, arch.rows.toSpliced(index, 1)) : arch;
}

/** Moves a row to another place. */
export function moveRow(arch: Architecture, from: number, to: number): Architecture {
  const row = arch.rows[from];
  if (!row) throw new Error(`edit row ${from + 1}: must exist`);
  return withRows(arch, arch.rows.toSpliced(from, 1).toSpliced(to, 0, row));
}
