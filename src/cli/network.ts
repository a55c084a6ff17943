/** @file Command line: the network options every command takes, read by one parser. */
import { readFileSync } from 'node:fs';
import { InvalidArgumentError, type Command } from 'commander';
import type { Architecture, Padding, Shape } from '$lib/arch/architecture';
import { checkArchitecture, describeIssues, parseArchitectureText } from '$lib/arch/parse';
import { presetById, presets } from '$lib/arch/presets/catalogue';
import { scaleWidth, withClasses, withInput } from '$lib/arch/scale';
import { m } from '$paraglide/messages';
import { InputError } from './input-error';

export interface NetworkOptions {
  readonly input?: readonly number[];
  readonly width?: number;
  readonly classes?: number;
  readonly padding?: Padding;
}

/** Reads 224, HxW or HxWxC. */
export function parseInput(text: string): readonly number[] {
  const sizes = text.toLowerCase().split('x').map(Number);
  if (sizes.length < 1 || sizes.length > 3 || sizes.some((size) => !Number.isInteger(size) || size < 1)) {
    throw new InvalidArgumentError(m.cli_input_rule({ typed: text }));
  }
  return sizes;
}

/** Reads a number within bounds; the message names the option. */
export function parseNumber(name: string, low: number, high: number, whole = false): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (
      text.trim() === '' ||
      !Number.isFinite(value) ||
      value < low ||
      value > high ||
      (whole && !Number.isInteger(value))
    ) {
      const rule = { option: name, low, high, typed: text };
      throw new InvalidArgumentError(whole ? m.cli_whole_rule(rule) : m.cli_number_rule(rule));
    }
    return value;
  };
}

function parsePadding(text: string): Padding {
  if (text === 'same' || text === 'symmetric') return text;
  throw new InvalidArgumentError(m.cli_padding_rule({ typed: text }));
}

/** Adds the options that change a network. */
export function withNetworkOptions(command: Command): Command {
  return command
    .option('--input <size>', m.cli_input(), parseInput)
    .option('--width <multiplier>', m.cli_width(), parseNumber('--width', 0.05, 4))
    .option('--classes <count>', m.cli_classes(), parseNumber('--classes', 2, 30_000, true))
    .option('--padding <rule>', m.cli_padding(), parsePadding);
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const ids = presets.map(({ id }) => id).join(', ');
    throw new InputError(m.cli_unreadable_network({ path, presets: ids, reason }));
  }
}

function inputShape(sizes: readonly number[], channels: number): Shape {
  const [height = 0, width = height, depth = channels] = sizes;
  return [height, width, depth];
}

/** Reads a preset id or a JSON file and applies the options; throws InputError with every issue. */
export function readNetwork(name: string, options: NetworkOptions): Architecture {
  const preset = presetById(name);
  let arch: Architecture;
  if (preset) arch = preset.arch;
  else {
    const parsed = parseArchitectureText(readFile(name));
    if (parsed.kind === 'bad')
      throw new InputError(
        m.cli_bad_network({ path: name, reason: describeIssues(parsed.issues).replaceAll('\n', '; ') })
      );
    arch = parsed.value;
  }
  if (options.width !== undefined) arch = scaleWidth(arch, options.width);
  if (options.input) arch = withInput(arch, inputShape(options.input, arch.input[2]));
  if (options.classes !== undefined) arch = withClasses(arch, options.classes);
  if (options.padding) arch = { ...arch, padding: options.padding };
  const issues = checkArchitecture(arch);
  if (issues.length)
    throw new InputError(m.cli_bad_network({ path: name, reason: describeIssues(issues).replaceAll('\n', '; ') }));
  return arch;
}
