/** @file Test support: how many errors each file throws that only a fault of ours can reach; their words are for us. */

/**
 * How many thrown plain Errors of a file speak English, because only a mistake in this program can raise them: callers
 * check what a person gives before these lines are reached, and the words are for whoever reads the stack.
 */
export const invariants: Readonly<Record<string, number>> = {
  // A rule for every union member, an edit only of a cell that the grid shows.
  'src/lib/base/assert.ts': 1,
  'src/lib/arch/edit.ts': 6,
  // Buffers and shares are sized by their caller.
  'src/lib/data/augment.ts': 2,
  'src/lib/data/batches.ts': 2,
  'src/lib/data/recorded.ts': 1,
  'src/lib/data/split.ts': 1,
  // Networks are lowered from checked tables, run in order, and not used after they were disposed of.
  'src/lib/ops/lower-head.ts': 1,
  // Claims name presets that the catalogue has.
  'src/lib/cost/claims/figures.ts': 1,
  'src/lib/engine/simd/gradient-plan.ts': 2,
  'src/lib/engine/simd/layers/layer.ts': 1,
  'src/lib/engine/simd/network.ts': 3,
  'src/lib/engine/simd/parallel-engine.ts': 1,
  'src/lib/engine/tfjs/backend.ts': 1,
  'src/lib/engine/tfjs/forward.ts': 1,
  'src/lib/engine/tfjs/latency-runtime.ts': 2,
  'src/lib/engine/tfjs/network.ts': 3,
  // Groups and kept channels are computed from the very network that is cut.
  'src/lib/netadapt/groups.ts': 1,
  'src/lib/netadapt/prune.ts': 3,
  'src/lib/netadapt/select.ts': 1,
  'src/lib/weights/names/write-named.ts': 1,
  'src/lib/weights/plain-forward.ts': 1,
  'src/lib/weights/safetensors-format.ts': 2,
  'src/lib/weights/slice.ts': 2,
  // An output is read with the table of the network that gave it.
  'src/lib/task/boxes.ts': 1,
  'src/lib/task/detect.ts': 1,
  // The button that asks for times is closed while there are none.
  'src/lib/state/export-form.ts': 1,
  // Every op of a checked table has its module in the source, and its tensors come along.
  'src/lib/export/fold.ts': 1,
  'src/lib/export/graph.ts': 1,
  'src/lib/export/keras/weights.ts': 1,
  'src/lib/export/onnx/assembly.ts': 1,
  'src/lib/export/onnx/products.ts': 1,
  'src/lib/export/pytorch/tensors.ts': 3,
  // Kernels get values that their own plan has placed and named.
  'src/lib/export/quantize/float-kernels.ts': 1,
  'src/lib/export/quantize/integer-kernels.ts': 3,
  'src/lib/export/quantize/maps.ts': 1,
  'src/lib/export/quantize/plan.ts': 2,
  'src/lib/export/quantize/quantize.ts': 1,
  'src/lib/export/quantize/signal.ts': 1,
  'src/lib/export/quantize/simulate.ts': 1,
  'src/lib/export/tfjs/graph-model.ts': 1,
  'src/lib/export/tfjs/layers-list.ts': 1,
  'src/lib/export/tfjs/layers-model.ts': 1,
  'src/lib/export/tflite/lower.ts': 2,
  'src/lib/export/tflite/values.ts': 3,
  'src/lib/export/write.ts': 1,
  // A search is handed its table and gives out its own candidates.
  'src/lib/search/constraint.ts': 1,
  'src/lib/search/run.ts': 1,
  'src/lib/search/space.ts': 2,
  // Files are named, and times taken, by this program; a new field of a table gets its meaning.
  'src/lib/export/archive.ts': 2,
  'src/lib/export/json-schema.ts': 1,
  'src/lib/export/model-explorer.ts': 1,
  // The order in which our own threads and pages are started.
  'src/workers/export/fine-tune.ts': 1,
  'src/workers/latency-job.ts': 1,
  'src/workers/replica/runner.ts': 1,
  'src/workers/trainer/runner.ts': 1,
  'src/routes/+page.svelte': 1
};
