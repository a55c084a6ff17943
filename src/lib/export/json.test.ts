import { describe, expect, test } from 'vitest';
import type { Architecture } from '../arch/architecture';
import { applyNetworkOptions } from '../arch/options';
import { checkArchitecture, parseArchitectureText } from '../arch/parse';
import { presetById, presets } from '../arch/presets/catalogue';
import { toJson } from './json';

const large = presetById('v3-large')?.arch as Architecture;
const heads = (['lraspp', 'lraspp-paper', 'ssdlite', 'features'] as const).map(
  (head) => [`v3-large with ${head}`, applyNetworkOptions(large, { head })] as const
);

describe('toJson(arch)', () => {
  test.each([...presets.map(({ id, arch }) => [id, arch] as const), ...heads])(
    '%s is read back as it was',
    (_, arch) => {
      expect(parseArchitectureText(toJson(arch))).toEqual({ kind: 'ok', value: arch });
    }
  );
});

describe('a table in a file', () => {
  test('may name its schema, which is no part of the network', () => {
    const named = { $schema: './architecture.schema.json', ...large };
    expect(parseArchitectureText(JSON.stringify(named))).toEqual({ kind: 'ok', value: large });
  });

  test('names it as text', () => {
    expect(checkArchitecture({ ...large, $schema: 1 } as Architecture).map(({ path }) => path)).toEqual(['$schema']);
  });
});
