import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: { alias: { $lib: at('src/lib'), $workers: at('src/workers') } },
  test: {
    include: ['src/**/*.test.ts', 'test/paper/**/*.test.ts'],
    expect: { requireAssertions: true },
    testTimeout: 20_000
  }
});
