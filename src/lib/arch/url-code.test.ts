/** @file Proves that a link says every table, that old links read as before, and that broken ones give issues. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Architecture } from './architecture';
import { fitTo } from './fit';
import { presetById, presets } from './presets/catalogue';
import { mobileNetV3Small } from './presets/mobilenet-v3';
import { scaleWidth } from './scale';
import { parseUrlCode, toUrlCode } from './url-code';
import { anyArchitecture } from './url-tables.fixture';
import { withHead } from './with-head';

describe('toUrlCode(arch)', () => {
  test('comes back as the same table, whatever the table', () => {
    const heads = new Set<string>();
    const rows = new Set<string>();
    const versions = new Set<string>();
    fc.assert(
      fc.property(anyArchitecture, (arch) => {
        const code = toUrlCode(arch);
        expect(parseUrlCode(code)).toEqual({ kind: 'ok', value: arch });
        // Letters that no browser escapes in a fragment.
        expect(code).toMatch(/^[A-Za-z0-9~_.!*'()%+-]*$/);
        heads.add(arch.head.kind);
        for (const row of arch.rows) rows.add(row.kind);
        versions.add(code.slice(0, 1));
      }),
      { numRuns: 1000, seed: 3 }
    );
    expect([heads.size, rows.size]).toEqual([5, 5]);
    expect(versions).toContain('2');
  });

  test('comes back for every preset under every head, scaled and edited', () => {
    for (const { id, arch } of presets) {
      expect(toUrlCode(arch)).toBe(`1~${id}`);
      const tables: Architecture[] = [scaleWidth(arch, 0.5), { ...arch, name: 'mine' }];
      if (arch.rows.length > 5)
        for (const head of ['features', 'lraspp', 'lraspp-paper'] as const) tables.push(withHead(arch, head));
      for (const table of tables) expect(parseUrlCode(toUrlCode(table))).toEqual({ kind: 'ok', value: table });
    }
    const detector = withHead(mobileNetV3Small, 'ssdlite');
    expect(parseUrlCode(toUrlCode(detector))).toEqual({ kind: 'ok', value: detector });
  });

  test('stays in version 1 where version 1 can say it', () => {
    const { head } = mobileNetV3Small;
    if (head.kind !== 'classifier') throw new Error('V3-Small classifies');
    const plain: Architecture = { ...mobileNetV3Small, name: 'mine', head: { ...head, dropout: 0 } };
    expect(toUrlCode(plain).slice(0, 2)).toBe('1~');
    expect(toUrlCode({ ...plain, head: { ...head, dropout: 0.2 } }).slice(0, 2)).toBe('2~');
    expect(toUrlCode({ ...plain, stem: plain.stem && { ...plain.stem, nl: 'swish' } }).slice(0, 2)).toBe('2~');
  });

  test('of half a surrogate pair does not throw', () => {
    const arch = { ...mobileNetV3Small, name: 'a\uD83D' };
    expect(parseUrlCode(toUrlCode(arch))).toEqual({ kind: 'ok', value: { ...arch, name: 'a\uFFFD' } });
  });
});

describe('parseUrlCode(text)', () => {
  test('reads a link written before there was a version 2', () => {
    const old =
      '1~My%20net~28x28x1~10~same~0.001-0.99~v3~3-16-h-2~b-3-16-16-8-r-2_b-3-72-24-0-r-1_s-3-24-x-1~576-h~1024-h';
    const parsed = parseUrlCode(old);
    expect(parsed).toEqual({
      kind: 'ok',
      value: {
        format: 1,
        name: 'My net',
        input: [28, 28, 1],
        classes: 10,
        padding: 'same',
        norm: { epsilon: 0.001, momentum: 0.99 },
        convBias: false,
        scaling: 'v3',
        stem: { kernel: 3, out: 16, nl: 'hardSwish', stride: 2 },
        rows: [
          {
            kind: 'bneck',
            kernel: 3,
            expSize: 16,
            out: 16,
            se: { channels: 8, nl: 'relu', gate: 'hardSigmoid', bias: true, norm: false, place: 'afterDepthwise' },
            nl: 'relu',
            stride: 2,
            dilation: 1,
            expand: 'whenWider',
            shortcut: 'identity'
          },
          {
            kind: 'bneck',
            kernel: 3,
            expSize: 72,
            out: 24,
            se: null,
            nl: 'relu',
            stride: 1,
            dilation: 1,
            expand: 'whenWider',
            shortcut: 'identity'
          },
          { kind: 'separable', kernel: 3, out: 24, nl: 'relu6', stride: 1, dilation: 1, between: 'normed' }
        ],
        head: {
          kind: 'classifier',
          conv: { out: 576, nl: 'hardSwish' },
          hidden: { out: 1024, nl: 'hardSwish' },
          dropout: 0,
          logitsBias: true
        }
      }
    });
    expect(parsed.kind === 'ok' && toUrlCode(parsed.value)).toBe(old);
  });

  test('reads a preset of either version', () => {
    for (const version of ['1', '2']) {
      expect(parseUrlCode(`${version}~v3-small`)).toEqual({ kind: 'ok', value: presetById('v3-small')?.arch });
    }
  });

  test.each([
    ['', 'nothing'],
    ['3~x', 'got 3'],
    ['2~a~b', 'got 2'],
    ['nonsense', 'nonsense']
  ])('refuses %j with a reason', (text, reason) => {
    const parsed = parseUrlCode(text);
    expect(parsed.kind === 'bad' && parsed.issues[0]?.message).toContain(reason);
  });

  const code = toUrlCode({ ...fitTo(mobileNetV3Small, [28, 28, 1], 10).arch, name: 'mine' });
  test.each([
    ['a flag nobody knows', code.replace('-1_', '-1-z_'), 'rows'],
    ['a part too many', code.replace('-1_', '-1-d2-9_'), 'rows'],
    ['squeeze letters nobody knows', code.replace('-8-r-', '-8hhq-r-'), 'rows.0.se'],
    ['a head nobody knows', code.replace('~c_', '~y_'), 'head']
  ])('refuses %s', (_, text, path) => {
    expect(text).not.toBe(code);
    const parsed = parseUrlCode(text);
    expect(parsed.kind === 'bad' && parsed.issues[0]?.path.startsWith(path)).toBe(true);
  });

  test('answers with a table or with issues for any damage', () => {
    fc.assert(
      fc.property(anyArchitecture, fc.nat(), fc.nat(6), fc.string({ maxLength: 5 }), (arch, at, cut, text) => {
        const whole = toUrlCode(arch);
        const from = at % whole.length;
        const parsed = parseUrlCode(whole.slice(0, from) + text + whole.slice(from + cut));
        expect(['ok', 'bad']).toContain(parsed.kind);
        if (parsed.kind === 'bad') expect(parsed.issues.length).toBeGreaterThan(0);
        else expect(parseUrlCode(toUrlCode(parsed.value))).toEqual(parsed);
      }),
      { numRuns: 1000, seed: 4 }
    );
  });
});
