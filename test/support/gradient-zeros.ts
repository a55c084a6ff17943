/** @file Test support: the tensors of the drawn classifiers on which the loss does not depend: shifts that a later norm takes away, and what lies before a dead activation. */

const zeros: Readonly<Record<string, string>> = {
  'table 0': 'stem.beta row01.shortcut.beta',
  'table 1': 'row02.depthwise.beta row02.pointwise.beta',
  'table 2': 'row01.project.beta',
  'table 4': 'row01.conv.beta',
  'table 5': 'stem.beta',
  'table 7': 'row03.project.beta row04.project.beta',
  'table 9': 'row01.expand.weight row01.expand.beta row01.depthwise.beta row02.shortcut.beta',
  'table 11': 'row03.depthwise.beta',
  'table 12': 'row02.depthwise.beta row02.pointwise.beta row03.squeeze.beta row03.project.beta row03.shortcut.beta',
  'table 15': 'row03.project.beta row04.project.beta',
  'table 16': 'row05.project.beta',
  'table 22': 'row01.depthwise.beta row03.project.beta row03.shortcut.beta',
  'table 23': 'stem.beta',
  'table 24': 'stem.beta',
  'table 26': 'row01.project.beta',
  'table 30': 'row03.project.beta',
  'table 33': 'stem.beta row02.conv.beta row03.project.beta',
  'table 35': 'row03.depthwise.beta',
  'gates 0': 'row01.project.beta row02.project.beta',
  'gates 1': 'row01.project.beta row02.project.beta',
  'gates 2': 'row01.project.beta row02.project.beta',
  'graph 34': 'gates0.squeeze.beta',
  'graph 42': 'grow1.bias gates3.squeeze.beta',
  'graph 43': 'beside1.narrow.beta sum4.main.bias',
  'graph 46': 'beside7.part.beta beside7.narrow.beta',
  'graph 62': 'gates1.squeeze.beta'
};

/** Their names, as the report of gradients spells them. */
export const expectedZeros: readonly string[] = Object.entries(zeros).flatMap(([network, tensors]) =>
  tensors.split(' ').map((tensor) => `${network} ${tensor}`)
);
