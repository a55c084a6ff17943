/** @file Step 1, spec: the head of a table in link text: its letter, then its fields in order. */
import { unreachable } from '$lib/base/assert';
import type { DetectionRule, Head, Norm } from './architecture';
import { gateCode, gateOf, layerCode, layerOf, nlCode, nlOf, numberOf, parts } from './url-words';

const yes = (flag: boolean): string => (flag ? '1' : '0');
const yesOf = (text: string | undefined): unknown => (text === '1' ? true : text === '0' ? false : text);
const numbers = (text: string | undefined): unknown[] => (text === '' ? [] : parts(text).map(numberOf));
const pairs = (list: readonly unknown[]): unknown[][] =>
  Array.from({ length: Math.ceil(list.length / 2) }, (_, i) => list.slice(2 * i, 2 * i + 2));

const normCode = (norm: Norm | null): string => (norm ? `${norm.epsilon}-${norm.momentum}` : '0');
const normOf = (text: string | undefined): unknown => {
  if (text === '0') return null;
  const [epsilon, momentum] = numbers(text);
  return { epsilon, momentum };
};

const ruleCode = (rule: DetectionRule): string =>
  [
    [rule.minScale, rule.maxScale].join('-'),
    rule.ratios.join('-'),
    `${yes(rule.reduceFinest)}${rule.scores === 'softmax' ? 'm' : 's'}${rule.boxOrder === 'xywh' ? 'x' : 'y'}`,
    [rule.scoreThreshold, rule.iouThreshold, rule.candidates, rule.detections].join('-')
  ].join('_');

function ruleOf([scales, ratios, letters = '', limits]: readonly string[]): unknown {
  const [minScale, maxScale] = numbers(scales);
  const [scoreThreshold, iouThreshold, candidates, detections] = numbers(limits);
  const [reduce, scores, order] = letters;
  return {
    minScale,
    maxScale,
    ratios: numbers(ratios),
    reduceFinest: yesOf(reduce),
    scores: scores === 'm' ? 'softmax' : scores === 's' ? 'sigmoid' : scores,
    boxOrder: order === 'x' ? 'xywh' : order === 'y' ? 'yxhw' : order,
    scoreThreshold,
    iouThreshold,
    candidates,
    detections
  };
}

/** c(lassifier), f(eatures), l(raspp), s(sdlite) or d(ecoder) and its fields between underscores. */
export function headCode(head: Head): string {
  if (head.kind === 'classifier') {
    return ['c', layerCode(head.conv), layerCode(head.hidden), head.dropout, yes(head.logitsBias)].join('_');
  }
  if (head.kind === 'features') return ['f', ...head.outIndices].join('_');
  if (head.kind === 'lraspp') {
    const pool = head.pool === 'global' ? 'g' : [...head.pool.kernel, ...head.pool.stride].join('-');
    return ['l', layerCode(head.conv), head.filters, head.low, pool, gateCode(head.gate), normCode(head.norm)].join(
      '_'
    );
  }
  if (head.kind === 'ssdlite') {
    const extras = head.extras.flatMap(({ mid, out }) => [mid, out]).join('-');
    const own = ['s', layerCode(head.conv), head.tap, extras, nlCode(head.nl), normCode(head.norm)];
    return [...own, ruleCode(head.rule)].join('_');
  }
  if (head.kind === 'decoder') {
    const stages = head.stages.map(({ skip, squeeze, kernel, nl }) => [skip, squeeze, kernel, nlCode(nl)].join('-'));
    return ['d', head.filters, gateCode(head.gate), head.out === 'sigmoid' ? 's' : 'l', ...stages].join('_');
  }
  return unreachable(head);
}

function poolOf(text: string | undefined): unknown {
  if (text === 'g') return 'global';
  const sizes = numbers(text);
  return { kernel: sizes.slice(0, 2), stride: sizes.slice(2) };
}

function stageOf(text: string): unknown {
  const [skip, squeeze, kernel, nl] = parts(text);
  return { skip: numberOf(skip), squeeze: numberOf(squeeze), kernel: numberOf(kernel), nl: nlOf(nl) };
}

/** The head that the text describes, unchecked. */
export function headOf(text: string | undefined): unknown {
  const [tag, ...fields] = (text ?? '').split('_');
  const [first, second, third, fourth, fifth, sixth] = fields;
  if (tag === 'c') {
    const layers = { conv: layerOf(first), hidden: layerOf(second) };
    return { kind: 'classifier', ...layers, dropout: numberOf(third), logitsBias: yesOf(fourth) };
  }
  if (tag === 'f') return { kind: 'features', outIndices: fields.map(numberOf) };
  if (tag === 'l') {
    const sizes = { filters: numberOf(second), low: numberOf(third), pool: poolOf(fourth) };
    return { kind: 'lraspp', conv: layerOf(first), ...sizes, gate: gateOf(fifth), norm: normOf(sixth) };
  }
  if (tag === 's') {
    const extras = pairs(numbers(third)).map(([mid, out]) => ({ mid, out }));
    const own = { conv: layerOf(first), tap: numberOf(second), extras, nl: nlOf(fourth), norm: normOf(fifth) };
    return { kind: 'ssdlite', ...own, rule: ruleOf(fields.slice(5)) };
  }
  if (tag === 'd') {
    const out = third === 's' ? 'sigmoid' : third === 'l' ? 'linear' : third;
    return {
      kind: 'decoder',
      filters: numberOf(first),
      gate: gateOf(second),
      out,
      stages: fields.slice(3).map(stageOf)
    };
  }
  return { kind: tag };
}
