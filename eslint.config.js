/** @file Lint: typed rules for the source, bans of the pure rooms, plain rules for scripts. */
import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Rooms whose results depend on their arguments alone. */
const pure = [
  'base',
  'arch',
  'ops',
  'cost',
  'weights',
  'data',
  'task',
  'latency',
  'search',
  'netadapt',
  'import',
  'diagram',
  'export'
];
const ban = (object, property, message) => ({ object, property, message });

export default defineConfig(
  {
    ignores: [
      'node_modules/',
      '.svelte-kit/',
      'build/',
      'dist/',
      'src/paraglide/',
      'project.inlang/',
      'src/lib/engine/simd/generated/',
      'src/lib/engine/simd/assembly/',
      'static/',
      'docs/'
    ]
  },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: true,
        // As the parser of .svelte.ts files has it: with two lists of endings the whole program would be read twice.
        extraFileExtensions: ['.svelte'],
        tsconfigRootDir: import.meta.dirname
      }
    },
    rules: {
      // A number in a message is what a message is for.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // Rules tables and events are called for their effect in one-line arrows.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Hot loops on typed arrays may state what the bounds guarantee.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // A union that has one member today is still asked which one it is.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // A port is asynchronous even where one implementation has nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      // A type parameter used once may still name what a caller has to think of.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }]
    }
  },
  svelte.configs['flat/recommended'],
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    rules: {
      // The page is one static folder: links are plain addresses, sets and maps are never mutated in place.
      'svelte/no-navigation-without-resolve': 'off',
      // A map or a date is a value here: replaced as a whole, never changed in place.
      'svelte/prefer-svelte-reactivity': 'off',
      'no-undef': 'off'
    }
  },
  {
    files: ['**/*.svelte'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules: {
      'no-unused-vars': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-explicit-any': 'error'
    }
  },
  {
    files: ['src/**'],
    rules: { 'no-console': 'error', eqeqeq: ['error', 'always', { null: 'ignore' }] }
  },
  { files: ['src/cli/**'], rules: { 'no-console': 'off' } },
  {
    files: ['**/*.ts', '**/*.svelte', '**/*.mjs', '**/*.js'],
    rules: { 'max-lines': ['error', { max: 300 }] }
  },
  {
    files: pure.map((room) => `src/lib/${room}/**/*.ts`),
    ignores: ['**/*.test.ts', '**/*.bench.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        ban('Math', 'random', 'Chance comes in as an Rng.'),
        ban('Date', 'now', 'Time comes in as a clock.'),
        ban('performance', 'now', 'Time comes in as a clock.'),
        ban('crypto', 'getRandomValues', 'Chance comes in as an Rng.')
      ],
      'no-restricted-syntax': [
        'error',
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Time comes in as an argument.' }
      ]
    }
  },
  {
    files: ['**/*.test.ts', 'test/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(only|skip|todo)$/]',
          message: 'A test runs or goes.'
        }
      ]
    }
  },
  {
    files: ['**/*.mjs', '**/*.js', '**/*.cjs', '*.ts', 'vite-plugins/**'],
    languageOptions: { globals: globals.node }
  }
);
