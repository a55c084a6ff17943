/** @file Every sentence a person can read is a typed message: no English stands in the source itself. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, type AST } from 'svelte/compiler';
import ts from 'typescript';
import { beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../scripts/setup.mjs';
import { invariants } from './invariants';

/**
 * Two words side by side, a comma or a bracket between them or not; or a word beside a hole of a template. Words of
 * one or two letters and names of options are no words here: they are units, ids and marks.
 */
const sentence = /[A-Za-z]{2,}[,;:.)]* \(?(?:a )?[A-Za-z]{2,}|(?<![-\w])[A-Za-z]{3,} …|… [A-Za-z]{3,}/;

/** What reads like a sentence and is none that a person's language changes. */
const names: Readonly<Record<string, readonly string[]>> = {
  // Where the published figures stand: citations.
  'src/lib/arch/presets/papers.ts': [
    'Howard et al. 2017, arXiv 1704.04861',
    'Sandler et al. 2018, arXiv 1801.04381',
    'Howard et al. 2019, arXiv 1905.02244',
    'Tan et al. 2019, arXiv 1807.11626',
    'tensorflow/models slim, mobilenet README'
  ],
  // A network's proper name, as its publication spells it.
  'src/lib/arch/presets/mobilenet-v3.ts': ['… minimalistic'],
  // Units of time: s, min and h are symbols.
  'src/lib/base/format.ts': ['… min … s', '… h … min'],
  // Two class names, handed to a snippet.
  'src/lib/components/editor/Grid.svelte': ['der first'],
  // Typefaces, by the names that systems know them by.
  'src/lib/diagram/colours.ts': [
    "'Iowan Old Style', 'Palatino Nova', 'Palatino Linotype', Palatino, 'URW Palladio L', P052, Charter, Georgia, 'Liberation Serif', serif",
    "-apple-system, 'SF Pro Text', 'Segoe UI Variable Text', 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, system-ui, sans-serif"
  ],
  // The id of a runtime, as files name it.
  'src/lib/components/run/MeasurePanel.svelte': ['tfjs-wasm'],
  // Which build of an engine made a result: a field of files.
  'src/lib/export/tfjs/layers-model.ts': ['Bneck …'],
  'src/lib/engine/simd/network.ts': ['simd … …'],
  'src/lib/engine/tfjs/network.ts': ['tfjs … …']
};

interface Found {
  readonly line: number;
  readonly text: string;
  /** Whether it is the message of a thrown plain Error. */
  readonly thrown: boolean;
}

const isThrown = (node: ts.Node): boolean => {
  for (let at = node.parent; !ts.isSourceFile(at) && !ts.isFunctionLike(at); at = at.parent)
    if (ts.isNewExpression(at) && at.expression.getText() === 'Error') return ts.isThrowStatement(at.parent);
  return false;
};

/** What is no word for a person: where an import comes from, a type, a directive such as 'use strict', Python source. */
const isSilent = ({ parent }: ts.Node): boolean =>
  (ts.isTaggedTemplateExpression(parent) && parent.tag.getText() === 'python') ||
  ts.isImportDeclaration(parent) ||
  ts.isExportDeclaration(parent) ||
  ts.isExternalModuleReference(parent) ||
  ts.isModuleDeclaration(parent) ||
  ts.isLiteralTypeNode(parent) ||
  ts.isExpressionStatement(parent) ||
  (ts.isCallExpression(parent) && parent.expression.kind === ts.SyntaxKind.ImportKeyword);

/** A literal's text; holes of a template read '…'. */
function textOf(node: ts.Node): string | null {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return null;
  return node.head.text + node.templateSpans.map((span) => `…${span.literal.text}`).join('');
}

/** The sentences of a TypeScript text. */
function inScript(source: string, firstLine = 1): Found[] {
  const file = ts.createSourceFile('read.ts', source, ts.ScriptTarget.Latest, true);
  const found: Found[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node)) return;
    const text = textOf(node);
    if (text !== null && sentence.test(text) && !isSilent(node)) {
      const line = firstLine + file.getLineAndCharacterOfPosition(node.getStart()).line;
      found.push({ line, text, thrown: isThrown(node) });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Attributes whose values are looks, shapes and addresses. */
const looks = /^(class|style|d|transform|viewBox|points|href|rel|sizes|font-family|font|--.+)$/;

/** Attributes that are read aloud or shown. */
const spoken = /^(aria-(label|description|roledescription|valuetext)|title|alt|placeholder)$/;

/** What is shown as it stands is English from its first word on. */
const word = /[A-Za-z]{3,}/;

type Node = Record<string, unknown>;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value;

/** The sentences of a component: its texts, its attributes, its expressions and its scripts. */
function inComponent(source: string): Found[] {
  const tree: AST.Root = parse(source, { modern: true });
  const lineAt = (at: number): number => source.slice(0, at).split('\n').length;
  const found: Found[] = [];
  const say = (node: Node, text: string, shown = false): void => {
    const words = text.replace(/\s+/g, ' ').trim();
    if (sentence.test(words) || (shown && word.test(words)))
      found.push({ line: lineAt(Number(node.start)), text: words, thrown: false });
  };
  const visit = (node: Node): void => {
    if (/^TS(?!As|NonNull|Satisfies)/.test(String(node.type))) return;
    if (node.type === 'StyleDirective' || (node.type === 'Attribute' && looks.test(String(node.name)))) return;
    if (node.type === 'Attribute' && Array.isArray(node.value))
      say(
        node,
        node.value.map((part: Node) => (part.type === 'Text' ? String(part.data) : '…')).join(''),
        spoken.test(String(node.name))
      );
    else if (node.type === 'Text' && typeof node.data === 'string') say(node, node.data, true);
    if (node.type === 'Literal' && typeof node.value === 'string') say(node, node.value);
    if (node.type === 'TemplateLiteral' && Array.isArray(node.quasis))
      say(node, node.quasis.map((quasi: { value: { cooked: string } }) => quasi.value.cooked).join('…'));
    for (const child of Object.values(node).flat())
      if (isNode(child) && !(node.type === 'Attribute' && child.type === 'Text')) visit(child);
  };
  visit({ ...tree.fragment });
  for (const script of [tree.instance, tree.module]) {
    const content = script?.content as (AST.Script['content'] & { start: number; end: number }) | undefined;
    if (content) found.push(...inScript(source.slice(content.start, content.end), lineAt(content.start)));
  }
  return found;
}

const read = (name: string, source: string): Found[] =>
  name.endsWith('.svelte') ? inComponent(source) : inScript(source);

const notShipped = /[.](test|bench|fixture|d)[.]ts$|^src[/]paraglide[/]|[/](generated|assembly)[/]/;

/** Files of `src` that reach a person's machine. */
const shipped = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .map((name) => `src/${name.replaceAll('\\', '/')}`)
  .filter((name) => /[.](ts|svelte)$/.test(name) && !notShipped.test(name))
  .sort();

describe('the source', () => {
  const found = new Map<string, readonly Found[]>();
  beforeAll(() => {
    for (const name of shipped) found.set(name, read(name, readFileSync(join(root, name), 'utf8')));
  });

  test('was read', () => {
    expect(found.size).toBeGreaterThan(100);
    for (const file of ['src/cli/bneck.ts', 'src/routes/+page.svelte', 'src/workers/train/runner.ts'])
      expect(found.has(file)).toBe(true);
  });

  test('says nothing to a person in English of its own', () => {
    const own = [...found].flatMap(([name, all]) =>
      all
        .filter(({ text, thrown }) => !names[name]?.includes(text) && !(thrown && name in invariants))
        .map(({ line, text }) => `${name}:${line} ${text}`)
    );
    expect(own).toEqual([]);
  });

  test('throws as many invariants as are listed, file by file', () => {
    const thrown = [...found].map(([name, all]): [string, number] => [name, all.filter((one) => one.thrown).length]);
    expect(Object.fromEntries(thrown.filter(([name, count]) => count > 0 || name in invariants))).toEqual(invariants);
  });

  test('still holds every name that is listed', () => {
    const stale = Object.entries(names).flatMap(([name, texts]) =>
      texts.filter((text) => !found.get(name)?.some((one) => one.text === text))
    );
    expect(stale).toEqual([]);
  });
});

describe('a planted sentence', () => {
  const words = (name: string, source: string): string[] => read(name, source).map(({ text }) => text);

  test.each([
    ['a string', "export const note = 'Pictures are read';", 'Pictures are read'],
    ['a template', 'export const note = (n: number) => `read ${n} pictures`;', 'read … pictures'],
    ['one word beside a value', 'export const note = (n: string) => `wrote ${n}`;', 'wrote …'],
    ['an argument', "remark('not read: a file');", 'not read: a file'],
    ['a key', "export const by = { 'two words': 1 };", 'two words'],
    ['an error of a class', "throw new InputError('must be a folder');", 'must be a folder']
  ])('is caught in %s of a script', (_, source, text) => {
    expect(read('planted.ts', source)).toEqual([{ line: 1, text, thrown: false }]);
  });

  test('is known for a thrown invariant only where it is one', () => {
    const source = "throw new Error('op: must exist');\nreject(new Error('must be a file'));";
    expect(read('planted.ts', source).map(({ line, thrown }) => [line, thrown])).toEqual([
      [1, true],
      [2, false]
    ]);
  });

  test('is caught in every place of a component, with its line', () => {
    const source = [
      '<script lang="ts">',
      "  const note: string = 'from the script';",
      '</script>',
      '<p class="two classes" aria-label="from a label">from the',
      '  text</p>',
      "<img alt={note ? 'from an expression' : ''} title={`from … ${note}`} style=\"color: red blue\" />",
      '<Field {note} label="from a prop" />',
      '{#each [1] as one}<input placeholder="from {one} place" />{/each}',
      '<button title="Save">Undo</button>'
    ].join('\n');
    expect(read('Planted.svelte', source).map(({ line, text }) => [line, text])).toEqual(
      expect.arrayContaining([
        [2, 'from the script'],
        [4, 'from a label'],
        [4, 'from the text'],
        [6, 'from an expression'],
        [6, 'from … …'],
        [7, 'from a prop'],
        [8, 'from … place'],
        [9, 'Save'],
        [9, 'Undo']
      ])
    );
    expect(words('Planted.svelte', source)).toHaveLength(9);
  });

  test('is not seen in imports, types, directives, comments, ids and looks', () => {
    const source = [
      "'use strict now';",
      "import { a } from './two words';",
      "type Word = 'two words';",
      "const read = (await import('./two words')) as Record<'two words', string>;",
      '// two words',
      'export const code = python`class Row(NamedTuple):\n    ${a}`;',
      "export const id = ['v3-large', 'rows.3.expSize', '12 ms', 'M 0 0 L 1 1', `${a} ms`, `--out ${a}`];"
    ].join('\n');
    expect(words('planted.ts', source)).toEqual([]);
    expect(words('Planted.svelte', '<!-- two words --><b class="two words" style:font="bold serif">ms</b>')).toEqual(
      []
    );
  });
});
