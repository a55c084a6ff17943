/** @file Command line: the words of a help page that commander would say itself. */
import type { Command } from 'commander';
import { m } from '$paraglide/messages';

/** The headings as commander knows them, and as we say them. */
const titles: Readonly<Record<string, () => string>> = {
  'Usage:': m.cli_help_usage,
  'Arguments:': m.cli_help_arguments,
  'Options:': m.cli_help_options,
  'Commands:': m.cli_help_commands
};

/** Lets a program and the commands added to it later show their help in the words of the language. */
export function withHelpWords(program: Command): Command {
  return program
    .helpOption('-h, --help', m.cli_help())
    .helpCommand('help [command]', m.cli_help())
    .configureHelp({
      styleTitle: (title) => titles[title]?.() ?? title,
      optionDescription: ({ description: text, defaultValue }) =>
        defaultValue === undefined ? text : m.cli_help_default({ text, value: JSON.stringify(defaultValue) })
    });
}
