/** @file Import: TensorFlow.js models, graphs and layers alike, as editable tables with their weights. */
import { checkTensors } from '$lib/weights/safetensors';
import { m } from '$paraglide/messages';
import { NotUnderstood, understood, type Graph, type Imported } from '../graph/graph';
import { recognise } from '../graph/recognise';
import { simplify } from '../graph/simplify';
import { readDetection } from './boxes';
import type { GraphBuilder } from '../graph/builder';
import { detectionOf } from '../graph/detection';
import { recogniseDetector } from '../graph/detector';
import { GraphReader, leavesOf } from './graph';
import { fields, parseObject, isFields, text, type Fields } from './json';
import { readLayers } from './layers';
import { readManifest, type FileTensor, type Shards } from './manifest';
import { readNodes, type FileNode } from './node';
import { withNormsApart } from '../graph/norms';
import { shiftsBeforeSums } from './residual';

/** The answers a signature names, or else what nobody reads. */
function outputsOf(model: Fields, nodes: ReadonlyMap<string, FileNode>): string[] {
  const signature =
    model['signature'] ?? (isFields(model['userDefinedMetadata']) ? model['userDefinedMetadata']['signature'] : null);
  const named = isFields(signature) && isFields(signature['outputs']) ? Object.values(signature['outputs']) : [];
  const names = named.map((output) => text('signature', fields('signature', output)['name']).replace(/:\d+$/, ''));
  return names.length > 0 ? names : leavesOf(nodes);
}

/** A plain graph as a table, with norms apart where the file has them so. */
function plain(graph: Graph, norms: GraphBuilder['norms']): Imported {
  const found = detectionOf(graph);
  const { graph: folded, notes } = simplify(found?.graph ?? graph);
  const imported = found ? recogniseDetector(folded, found.detection) : recognise(folded);
  if (imported.kind === 'bad') return imported;
  return withNormsApart({ ...imported, notes: [...notes, ...imported.notes] }, { file: graph, folded, norms });
}

/** The detector, with a note where its norms are folded. */
function foldedDetector(imported: Imported): Imported {
  if (imported.kind === 'bad' || !imported.arch.convBias) return imported;
  return { ...imported, notes: [...imported.notes, m.import_tfjs_detector_folded()] };
}

function readGraphModel(model: Fields, tensors: ReadonlyMap<string, FileTensor>, name: string): Imported {
  const nodes = readNodes(fields('modelTopology', model['modelTopology']));
  const reader = new GraphReader(nodes, tensors);
  const outputs = outputsOf(model, nodes);
  const detection = readDetection(reader, outputs);
  if (detection) {
    return foldedDetector(
      recogniseDetector(shiftsBeforeSums(reader.builder.graph(name, [detection.output])), detection)
    );
  }
  const values = outputs.map((output) => reader.value(output));
  return plain(shiftsBeforeSums(reader.builder.graph(name, values)), reader.builder.norms);
}

/** What was read, unless a tensor is not whole: numbers that are none come of negative variances and broken shards. */
function whole(imported: Imported): Imported {
  if (imported.kind === 'bad') return imported;
  const issues = checkTensors(imported.arch, imported.tensors);
  return issues.length > 0 ? { kind: 'bad', issues } : imported;
}

/**
 * Reads a TensorFlow.js model (`model.json` of a graph or of layers, with its shards by path) as a table with weights;
 * what the file holds that no table can say comes back as issues that name the node or layer.
 */
export function importTfjs(modelJson: string, shards: Shards, name: string): Imported {
  return whole(
    understood(() => {
      const model = parseObject('model.json', modelJson);
      const topology = fields('modelTopology', model['modelTopology']);
      const tensors = readManifest(model, shards);
      if (Array.isArray(topology['node'])) return readGraphModel(model, tensors, name);
      if (topology['class_name'] === undefined && topology['model_config'] === undefined) {
        throw new NotUnderstood('modelTopology', m.import_tfjs_kind());
      }
      const { builder, output } = readLayers(topology, tensors);
      return plain(builder.graph(name, [output]), builder.norms);
    })
  );
}

/** The shards a `model.json` names, in its folder; null for a text that is no TensorFlow.js model. */
export function tfjsShards(modelJson: string): readonly string[] | null {
  let model: unknown;
  try {
    model = JSON.parse(modelJson);
  } catch {
    return null;
  }
  if (!isFields(model) || !Array.isArray(model['weightsManifest'])) return null;
  return model['weightsManifest'].flatMap((group: unknown) => {
    const paths: unknown = isFields(group) ? group['paths'] : null;
    return Array.isArray(paths) ? paths.filter((path) => typeof path === 'string') : [];
  });
}
