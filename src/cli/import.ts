/** @file Command line: `bneck import`: a network of another program as a table, or as a checkpoint with its weights. */
import { extname } from 'node:path';
import type { Command } from 'commander';
import { formatCount, formatMillions } from '$lib/base/format';
import { totalCost } from '$lib/cost/cost';
import { toJson } from '$lib/export/json';
import { lower } from '$lib/ops/lower';
import { m } from '$paraglide/messages';
import { saveCheckpoint, saveFile } from './checkpoint';
import { readNetworkFile } from './foreign';
import { InputError } from './input-error';
import { json, line, remark, stamp } from './print';

interface Options {
  readonly out?: string;
  readonly json?: boolean;
}

/** Reads a foreign file and keeps its table, or its table with its weights. */
export function addImport(program: Command): void {
  program
    .command('import')
    .description(m.cli_import())
    .argument('<file>', m.cli_import_file())
    .option('--out <file>', m.cli_import_out())
    .option('--json', m.cli_json())
    .action((path: string, { out, json: asJson }: Options) => {
      const { arch, tensors, from } = readNetworkFile(path);
      const ending = out === undefined ? '' : extname(out).toLowerCase();
      if (out !== undefined && ending === '.safetensors') {
        if (!tensors) throw new InputError(m.cli_import_weightless({ path, out }));
        const unknown = { dataset: path, datasetSha256: '', epochs: 0, seed: 0, engine: '', validationAccuracy: null };
        saveCheckpoint(out, { format: 1, arch, tensors, from: from ?? unknown });
      } else if (out !== undefined) {
        if (ending !== '.json') throw new InputError(m.cli_import_ending({ out }));
        saveFile(out, toJson(arch));
      }
      const { params, madds } = totalCost(lower(arch));
      const facts = {
        name: arch.name,
        rows: arch.rows.length,
        params: formatCount(params),
        madds: formatMillions(madds)
      };
      const say = asJson ? remark : line;
      say(tensors ? m.cli_import_network(facts) : m.cli_import_table(facts));
      if (out !== undefined) say(m.cli_wrote({ path: out }));
      if (asJson) json({ ...stamp(), name: arch.name, params, madds, weights: tensors !== null, arch });
    });
}
