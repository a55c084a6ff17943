/** @file The rooms and who may enter them: every import in src is checked against these rules. */

/** The walk, leftmost first; a room imports leftwards only. Rooms in one inner list do not know each other. */
const walk = [
  ['base'],
  ['arch'],
  ['ops'],
  ['cost'],
  ['weights'],
  ['data'],
  ['task'],
  ['engine', 'runtimes'],
  ['latency'],
  ['search'],
  ['netadapt'],
  ['import'],
  ['diagram'],
  ['export'],
  ['lessons']
];
/** What never touches a screen, a worker, a backend or a file. */
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
/** What runs where the person is. */
const mainThread = '^src/(routes|lib/(components|state))/';

const room = (...names) => `^src/lib/(${names.join('|')})/`;
const npm = (...names) => `(^|node_modules/)(${names.join('|')})(/|$)`;
const notTests = '[.](test|bench)[.]ts$';

const ban = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

const forward = walk.map((names, step) => {
  const later = walk.slice(step + 1).flat();
  return ban(
    `walk-forward-only:${names.join('+')}`,
    `${names.join(' and ')} may import only what stands to the left of it, and never the page, the workers or the command line.`,
    { path: room(...names) },
    { path: [...(later.length ? [room(...later)] : []), room('components', 'state'), '^src/(workers|cli|routes)/'] }
  );
});

module.exports = {
  forbidden: [
    ban(
      'nothing-unresolved',
      "An import that cannot be followed cannot be checked either; an address (?url) of a package's file is left to the build.",
      {},
      { couldNotResolve: true, pathNot: '[?]url$' }
    ),
    ban('no-cycle', 'Two files that need each other are one file, or three.', {}, { circular: true }),
    ...forward,
    ban(
      'engine-and-runtimes-apart',
      'Training and inference runtimes do not know each other.',
      { path: room('engine', 'runtimes') },
      { path: room('engine', 'runtimes'), pathNot: '^src/lib/$1/' }
    ),
    ban(
      'injected-engine',
      'Timers, evaluators and verifiers are arguments of these rooms.',
      { path: room('latency', 'search', 'netadapt', 'import', 'export'), pathNot: notTests },
      { path: room('engine', 'runtimes') }
    ),
    ban(
      'tfjs-in-one-room',
      'Only engine/tfjs imports TensorFlow.js.',
      { path: '^src/', pathNot: ['^src/lib/engine/tfjs/', notTests] },
      { path: npm('@tensorflow') }
    ),
    ban(
      'runtimes-in-one-room',
      'Only runtimes imports LiteRT and ONNX Runtime.',
      { path: '^src/', pathNot: ['^src/lib/runtimes/', notTests] },
      { path: npm('@litertjs', '@ai-edge-litert', 'onnxruntime-[^/]+') }
    ),
    ban(
      'pure-rooms',
      'A pure room knows no backend, no picture, no thread and no file system.',
      { path: room(...pure), pathNot: notTests },
      { path: npm('svelte', '@sveltejs', 'd3[^/]*', 'comlink', 'idb', 'bits-ui') }
    ),
    ban(
      'pure-rooms-no-node',
      'A pure room runs in a browser tab as well as in Node.',
      { path: room(...pure), pathNot: notTests },
      { dependencyTypes: ['core'] }
    ),
    ban(
      'page-loads-no-engine',
      'Main-thread code may name the types of an engine or a runtime, never load one.',
      { path: mainThread, pathNot: notTests },
      { path: room('engine', 'runtimes'), dependencyTypesNot: ['type-only'] }
    ),
    ban(
      'clients-only',
      'Main-thread code talks to a worker through its client; types of the protocol are free.',
      { path: mainThread, pathNot: notTests },
      { path: '^src/workers/', pathNot: '(^|/|-)clients?[.]ts$', dependencyTypesNot: ['type-only'] }
    ),
    ban(
      'components-take-props',
      'A component gets props and calls back: it fetches nothing from a page, a worker or a rune document. Pure functions and types of the state are free.',
      { path: room('components'), pathNot: notTests },
      { path: ['^src/routes/', '^src/workers/', '^src/lib/state/.+[.]svelte[.]ts$'], dependencyTypesNot: ['type-only'] }
    ),
    ban(
      'workers-are-headless',
      'A worker draws nothing and shares no state with the page.',
      { path: '^src/workers/', pathNot: notTests },
      {
        path: ['^src/(routes|cli)/', room('components', 'state'), npm('svelte', '@sveltejs', 'd3[^/]*', 'bits-ui')]
      }
    ),
    ban(
      'cli-is-headless',
      'The command line joins the same rooms without the page.',
      { path: '^src/cli/', pathNot: notTests },
      {
        path: [
          '^src/routes/',
          room('components', 'state'),
          npm('svelte', '@sveltejs', 'd3[^/]*', 'bits-ui', 'idb'),
          'clients?[.]ts$'
        ]
      }
    ),
    ban(
      'page-needs-no-node',
      'What runs in a browser cannot import from Node.',
      { path: '^src/(routes|workers|lib/(components|state))/', pathNot: notTests },
      { dependencyTypes: ['core'] }
    ),
    ban(
      'd3-only-draws',
      'd3 computes scales and shapes for components; no other room needs it.',
      { path: '^src/', pathNot: [room('components'), notTests] },
      { path: npm('d3[^/]*') }
    ),
    ban(
      'state-knows-no-page',
      'State may ask a layout for its columns, but does not know who shows it.',
      { path: room('state'), pathNot: notTests },
      { path: ['^src/routes/', '^src/cli/', '^src/lib/components/.+[.]svelte$'] }
    ),
    ban(
      'routes-are-leaves',
      'Nobody imports a page.',
      { path: '^src/', pathNot: '^src/routes/' },
      { path: '^src/routes/' }
    ),
    ban(
      'source-needs-no-test',
      'Shipped code imports neither tests nor scripts.',
      { path: '^src/', pathNot: notTests },
      { path: ['^test/', '^scripts/', '[.]test[.]ts$'] }
    ),
    ban(
      'declared-packages-only',
      'What the source imports stands in package.json.',
      { path: '^src/' },
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], pathNot: '^node_modules/@sveltejs/kit/' }
    )
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^src/paraglide/.*/', '/assembly/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.rooms.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.svelte.ts', '.svelte', '.js', '.mjs'],
      exportsFields: ['exports'],
      conditionNames: ['svelte', 'import', 'types', 'default']
    }
  }
};
