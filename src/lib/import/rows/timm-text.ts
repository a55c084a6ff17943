/** @file Import: finds the stages of block strings and the arguments in a text: a listing of timm, a snippet, bare strings. */
import { m } from '$paraglide/messages';
import { NotUnderstood } from '../graph/graph';
import { PythonProgram } from './python-program';
import { lastPart, type PythonValue } from './python-values';
import type { Argument } from './arguments';
import { classCall, inputSizeOf, single } from './read';
import { isOption } from './timm-model';

/** Block strings by stage. */
export type Stages = readonly (readonly string[])[];

/** What a text holds. */
export interface TimmText {
  readonly stages: Stages;
  /** The class that is called; null where the text only lists strings. */
  readonly builds: 'MobileNetV3' | 'EfficientNet' | null;
  readonly options: readonly Argument[];
  /** Height and width, where the text says them. */
  readonly input: readonly [height: number, width: number] | null;
  readonly title: string | null;
}

const looksLikeBlock = (text: string): boolean => !/\s/.test(text) && text.includes('_');

/** The strings of a list that holds nothing else. */
function textsOf(value: PythonValue): readonly string[] | null {
  if (value.kind !== 'list') return null;
  const texts = value.items.flatMap((item) => (item.kind === 'text' ? [item.value] : []));
  return texts.length === value.items.length && texts.length > 0 ? texts : null;
}

/** A list of lists of strings; in a flat list each string is a stage. */
function stagesOf(value: PythonValue): Stages | null {
  const flat = textsOf(value);
  if (flat) return flat.every(looksLikeBlock) ? flat.map((text) => [text]) : null;
  if (value.kind !== 'list') return null;
  const stages = value.items.map(textsOf);
  return stages.length > 0 && stages.every((stage) => stage !== null) ? stages : null;
}

/** The list behind `decode_arch_def(arch_def)`, a name or the list itself. */
function decoded(program: PythonProgram, value: PythonValue): Stages {
  const found = program.resolve(value);
  if (found.kind !== 'call') {
    if (value.kind === 'name') single(program.assignments(value.name).filter((list) => stagesOf(list) !== null));
    if (found.kind === 'unknown') throw new NotUnderstood('block_args', m.rows_call_broken());
    const stages = stagesOf(found);
    if (!stages) throw new NotUnderstood('block_args', m.rows_none_timm());
    return stages;
  }
  for (const [key, inner] of found.named) {
    const { kind } = program.resolve(inner);
    const plain = kind === 'none' || (inner.kind === 'number' && inner.value === 1);
    if (key !== 'arch_def' && !plain) throw new NotUnderstood(key, m.rows_option_unknown());
  }
  const first = found.args[0] ?? found.named.get('arch_def');
  if (lastPart(found.name) !== 'decode_arch_def' || !first || found.args.length > 1) {
    throw new NotUnderstood('block_args', m.rows_none_timm());
  }
  return decoded(program, first);
}

/** Every list of stages: named ones each for itself, lines without a name together. */
function listed(program: PythonProgram): readonly Stages[] {
  const named: Stages[] = [];
  const lines: (readonly string[])[] = [];
  for (const { target, value } of program.statements) {
    if (value.kind === 'text' && target === null) {
      if (looksLikeBlock(value.value)) lines.push([value.value]);
    } else {
      const inline = value.kind === 'call' && lastPart(value.name) === 'decode_arch_def' ? value.args[0] : undefined;
      const stages = stagesOf(inline ?? value);
      if (stages && target === null) lines.push(...stages);
      else if (stages) named.push(stages);
    }
  }
  return lines.length > 0 ? [...named, lines] : named;
}

/** The arguments that a text gives without calling a class: in `dict(…)`, or as names of their own. */
function looseOptions(program: PythonProgram): readonly Argument[] {
  return program.statements.flatMap(({ target, value }) => {
    if (target !== null && isOption(target)) return [{ key: target, value, program }];
    if (value.kind !== 'call' || value.name !== 'dict') return [];
    return [...value.named].flatMap(([key, inner]) => (isOption(key) ? [{ key, value: inner, program }] : []));
  });
}

function fromProgram(program: PythonProgram): TimmText {
  const { title } = program;
  const input = inputSizeOf(program);
  const call = classCall(program, ['MobileNetV3', 'EfficientNet']);
  if (call) {
    const blocks = call.args[0] ?? call.named.get('block_args');
    if (!blocks) throw new NotUnderstood('block_args', m.rows_none_timm());
    const stages = decoded(program, blocks);
    if (call.args.length > 1) throw new NotUnderstood(lastPart(call.name), m.rows_positional());
    const options = [...call.named].flatMap(([key, value]) => (key === 'block_args' ? [] : [{ key, value, program }]));
    const builds = lastPart(call.name) === 'EfficientNet' ? 'EfficientNet' : 'MobileNetV3';
    return { stages, builds, options, input, title };
  }
  const stages = single(listed(program));
  if (!stages) throw new NotUnderstood('', m.rows_none_timm());
  return { stages, builds: null, options: looseOptions(program), input, title };
}

/** Finds the blocks and arguments; throws `NotUnderstood` where there are none, or those of several networks. */
export function readTimmText(text: string): TimmText {
  if (/['"[\](){}=]/.test(text)) return fromProgram(new PythonProgram(text));
  const stages = text
    .split('\n')
    .map((line) => (line.split('#')[0] ?? '').split(/[\s,;]+/).filter((word) => word !== ''))
    .filter((line) => line.length > 0);
  if (stages.length === 0) throw new NotUnderstood('', m.rows_none_timm());
  const [, title = ''] = /^\s*#([^\n]*)/.exec(text) ?? [];
  return { stages, builds: null, options: [], input: null, title: title.trim() || null };
}
