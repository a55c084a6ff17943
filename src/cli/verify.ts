/** @file Command line: `bneck verify`: an exported file beside the network it should be. */
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { Command } from 'commander';
import { reasonOf } from '$lib/base/reason';
import { proofPictures } from '$workers/export/pictures';
import { proveFile, type FileToProve } from '$workers/export/prove-file';
import { RunGate } from '$workers/run';
import { m } from '$paraglide/messages';
import { readData } from './data';
import { endProgress, progress } from './drive';
import { InputError } from './input-error';
import { openNetwork } from './network';
import { withNetworkOptions, type NetworkOptions } from './network-options';
import { parseNumber } from './parsers';
import { nodePlatform } from './platform-node';
import { json, line, remark, stamp } from './print';
import { proofLines } from './proof';
import { readTfjsArchive } from './tfjs-archive';

interface Options extends NetworkOptions {
  readonly against: string;
  readonly data: string;
  readonly pictures: number;
  readonly limit: number;
  readonly json?: boolean;
}

const kinds: Readonly<Record<string, FileToProve['kind']>> = {
  '.onnx': 'onnx',
  '.tflite': 'litert',
  '.json': 'tfjs',
  '.zip': 'tfjs',
  '': 'tfjs'
};

function read(path: string, kind: FileToProve['kind']): Uint8Array {
  if (kind === 'tfjs') return readTfjsArchive(path);
  try {
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    throw new InputError(m.cli_verify_unreadable({ path, reason: reasonOf(error) }));
  }
}

/** Runs a file in its runtime and says how far its answers are from the network's; ends with 1 where they are too far. */
export function addVerify(program: Command): void {
  const command = program
    .command('verify')
    .description(m.cli_verify())
    .argument('<file>', m.cli_verify_file())
    .requiredOption('--against <network>', m.cli_verify_against());
  withNetworkOptions(command)
    .option('--data <set>', m.cli_export_data(), 'fashion-mnist')
    .option('--pictures <count>', m.cli_export_pictures(), parseNumber('--pictures', 1, 1000, true), 32)
    .option('--limit <share>', m.cli_verify_limit(), parseNumber('--limit', 0, 1), 2e-5)
    .option('--json', m.cli_json())
    .action(async (path: string, options: Options) => {
      const kind = kinds[extname(path).toLowerCase()];
      if (!kind) throw new InputError(m.cli_verify_kind({ path }));
      const file = read(path, kind);
      const { arch, tensors } = openNetwork(options.against, options);
      if (!tensors) throw new InputError(m.cli_verify_weights({ path: options.against }));
      const { data } = await readData(options.data, arch.input);
      const pictures = await proofPictures(nodePlatform, { data, input: arch.input, count: options.pictures });
      const report = (event: {
        readonly kind: string;
        readonly done?: number;
        readonly total?: number;
      }): Promise<void> => {
        if (event.kind === 'progress')
          progress(m.cli_export_progress({ done: event.done ?? 0, total: event.total ?? 0 }));
        return Promise.resolve();
      };
      const given = {
        file,
        kind,
        arch,
        tensors,
        pictures,
        rule: { kind: 'difference', share: options.limit } as const
      };
      let proof;
      try {
        proof = await proveFile(nodePlatform, given, { gate: new RunGate(), report });
      } catch (error) {
        throw new InputError(m.export_refused({ reason: reasonOf(error) }));
      } finally {
        endProgress();
      }
      if (!proof) return;
      const say = options.json ? remark : line;
      say(m.export_proved_on({ pictures: pictures.note }));
      for (const text of proofLines(proof)) say(text);
      if (!proof.passed) process.exitCode = 1;
      if (options.json) json({ ...stamp(), file: path, against: options.against, proof });
    });
}
