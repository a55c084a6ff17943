/** @file Command line: the program `bneck`; commands live beside this file, one each. */
import { Command, CommanderError } from 'commander';
import { build } from '$lib/base/build';
import { m } from '$paraglide/messages';
import { InputError } from './input-error';
import { addAdapt } from './adapt';
import { withHelpWords } from './help';
import { addList } from './list';
import { addDiff } from './diff';
import { addEval } from './eval';
import { addExport } from './export';
import { addImport } from './import';
import { addMeasure } from './measure';
import { addRun } from './run';
import { addSearch } from './search';
import { addSummary } from './summary';
import { addTrain } from './train';
import { addVerify } from './verify';

const program = withHelpWords(new Command('bneck'))
  .description(m.cli_bneck())
  .version(build.version, '-V, --version', m.cli_version())
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'bneck: ')) });

const commands = [
  addList,
  addSummary,
  addDiff,
  addRun,
  addTrain,
  addEval,
  addMeasure,
  addSearch,
  addAdapt,
  addExport,
  addImport,
  addVerify
];
for (const add of commands) add(program);
for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);

// A reader that has seen enough (`| head`) closes the pipe; that is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

/** Bad input ends with exit code 2 and one line; a fault of ours with 1 and its stack. */
async function main(): Promise<number> {
  try {
    await program.parseAsync();
    // A command that found what it looked for wanting has said so.
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof InputError) {
      process.stderr.write(`bneck: ${error.message}\n`);
      return 2;
    }
    process.stderr.write(`bneck: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return 1;
  }
}

process.exitCode = await main();
