/** @file Step 8, export: what h-swish and squeeze-and-excite become in a .tflite file: the operators, how many, and what they cost. */
import type { Op } from '$lib/ops/op';
import { hasWeights, type LiteGraph, type LiteNode } from '../tflite/lite-graph';
import { layersOf } from './quantize';

/** What an operator does for it. */
export type SpelledRole = 'pool' | 'squeeze' | 'excite' | 'shift' | 'sixth' | 'sigmoid' | 'product' | 'scale';

/** One operator of the spelling, all its occurrences together. */
export interface SpelledStep {
  readonly role: SpelledRole;
  /** As the format names it, with the activation it has fused: 'ADD + RELU6'. */
  readonly operator: string;
  readonly count: number;
  /** Numbers written for one picture: a byte each. */
  readonly values: number;
  /** Weights, biases not among them; each is multiplied once, as the maps are 1x1. */
  readonly weights: number;
  /** The node of the first occurrence. */
  readonly example: string;
}

/** One thing that the format has no fast 8-bit operator for. */
export interface Spelling {
  readonly what: 'hardSwish' | 'squeezeExcite';
  readonly count: number;
  readonly steps: readonly SpelledStep[];
}

const operators: Partial<Readonly<Record<LiteNode['kind'], string>>> = {
  conv: 'CONV_2D',
  dense: 'FULLY_CONNECTED',
  mean: 'MEAN',
  addConstant: 'ADD',
  multiplyConstant: 'MUL',
  multiply: 'MUL',
  activation: 'LOGISTIC',
  reshape: 'RESHAPE'
};

function operatorOf(node: LiteNode): string {
  const name = operators[node.kind] ?? node.kind;
  return 'nl' in node && (node.nl === 'relu' || node.nl === 'relu6') ? `${name} + ${node.nl.toUpperCase()}` : name;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

/** Adds nodes up by their role. */
class Steps {
  private readonly steps = new Map<string, SpelledStep>();

  add(role: SpelledRole, node: LiteNode): void {
    const operator = operatorOf(node);
    const key = `${role} ${operator}`;
    const known = this.steps.get(key);
    this.steps.set(key, {
      role,
      operator,
      count: (known?.count ?? 0) + 1,
      values: (known?.values ?? 0) + sizeOf(node.out),
      weights: (known?.weights ?? 0) + (hasWeights(node) ? node.weight.data.length : 0),
      example: known?.example ?? node.name
    });
  }

  read(): readonly SpelledStep[] {
    return [...this.steps.values()];
  }
}

/** What a node without weights does for an activation. */
const roles: Partial<Readonly<Record<LiteNode['kind'], SpelledRole>>> = {
  addConstant: 'shift',
  multiplyConstant: 'sixth',
  activation: 'sigmoid',
  multiply: 'product'
};

/** The ops of a squeeze-and-excite, by the product it ends in; null where gates come from elsewhere. */
function gateOps(op: Op, ops: ReadonlyMap<string, Op>) {
  if (op.kind !== 'multiply') return null;
  const excite = ops.get(op.inputs[1] ?? '');
  const squeeze = ops.get(excite?.inputs[0] ?? '');
  const pool = ops.get(squeeze?.inputs[0] ?? '');
  if (!excite || !squeeze || pool?.kind !== 'pool') return null;
  return { pool, squeeze, excite, scale: op };
}

/** How the graph, h-swish as products, says the h-swish and the squeeze-and-excite of a table; `ops` is what it is lowered to. */
export function spelledOut(graph: LiteGraph, ops: readonly Op[]): readonly Spelling[] {
  const owners = layersOf(
    graph,
    ops.map(({ id }) => id)
  );
  const nodes = new Map<string, LiteNode[]>();
  for (const node of graph.nodes) {
    const owner = owners.get(node.name) ?? '';
    nodes.set(owner, [...(nodes.get(owner) ?? []), node]);
  }
  const of = ({ id }: Op): readonly LiteNode[] => nodes.get(id) ?? [];
  const byId = new Map(ops.map((op) => [op.id, op]));

  const swishes = ops.filter(
    (op) => 'nl' in op && op.nl === 'hardSwish' && of(op).some(({ kind }) => kind === 'multiply')
  );
  const swish = new Steps();
  for (const node of swishes.flatMap(of)) {
    const role = roles[node.kind];
    if (role && !hasWeights(node)) swish.add(role, node);
  }
  const gates = ops.flatMap((op) => gateOps(op, byId) ?? []);
  const gate = new Steps();
  for (const { pool, squeeze, excite, scale } of gates) {
    for (const node of of(pool)) if (node.kind === 'mean') gate.add('pool', node);
    for (const node of of(squeeze)) if (hasWeights(node)) gate.add('squeeze', node);
    for (const node of of(excite)) gate.add(hasWeights(node) ? 'excite' : (roles[node.kind] ?? 'product'), node);
    for (const node of of(scale)) gate.add('scale', node);
  }
  return [
    ...(swishes.length > 0 ? [{ what: 'hardSwish' as const, count: swishes.length, steps: swish.read() }] : []),
    ...(gates.length > 0 ? [{ what: 'squeezeExcite' as const, count: gates.length, steps: gate.read() }] : [])
  ];
}
