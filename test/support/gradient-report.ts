/** @file Test support: what came of comparing gradients: worst gaps by op kind, and the tensors no gap can be told of, by name. */
import type { Op } from '../../src/lib/ops/op';

/** How one tensor's gradient was judged. */
export type Judgement =
  | { readonly kind: 'equal'; readonly gap: number }
  /** The loss does not depend on the tensor: `noise` is what an engine answers instead of 0, as a share of the largest gradient. */
  | { readonly kind: 'zero'; readonly noise: number }
  /** So small beside the others that float32 has lost its digits: `away` is the distance from float64, as a share of the largest gradient. */
  | { readonly kind: 'faint'; readonly away: number; readonly size: number }
  | { readonly kind: 'wrong'; readonly why: string };

interface Row {
  readonly networks: Set<string>;
  tensors: number;
  worst: number;
}

/** Ids of the ops whose outputs lead to this one. */
function upstream(ops: readonly Op[], id: string): Set<string> {
  const byId = new Map(ops.map((op) => [op.id, op]));
  const found = new Set<string>();
  const visit = (at: string): void => {
    if (found.has(at)) return;
    found.add(at);
    for (const input of byId.get(at)?.inputs ?? []) visit(input);
  };
  visit(id);
  return found;
}

const percent = (share: number): string => share.toExponential(1);

/** Collects the judgements of many networks. */
export class GradientReport {
  readonly #rows = new Map<string, Row>();
  readonly zeros: string[] = [];
  readonly faint: string[] = [];
  readonly wrong: string[] = [];
  /** Tensors compared. */
  compared = 0;
  #noise = 0;

  #row(kind: string): Row {
    const row = this.#rows.get(kind) ?? { networks: new Set(), tensors: 0, worst: 0 };
    this.#rows.set(kind, row);
    return row;
  }

  /** Notes the judgements of one network, by tensor name; a kind without tensors is judged by those before it. */
  note(name: string, ops: readonly Op[], judged: ReadonlyMap<string, Judgement>): void {
    for (const op of ops) {
      const row = this.#row(op.kind);
      row.networks.add(name);
      const own = [...judged].filter(([tensor]) => tensor.slice(0, tensor.lastIndexOf('.')) === op.id);
      const before = own.length > 0 ? null : upstream(ops, op.id);
      const mine = before
        ? [...judged].filter(([tensor]) => before.has(tensor.slice(0, tensor.lastIndexOf('.'))))
        : own;
      for (const [, judgement] of mine) {
        row.tensors += 1;
        if (judgement.kind === 'equal') row.worst = Math.max(row.worst, judgement.gap);
      }
    }
    this.compared += judged.size;
    for (const [tensor, judgement] of judged) {
      const full = `${name} ${tensor}`;
      if (judgement.kind === 'zero') {
        this.zeros.push(full);
        this.#noise = Math.max(this.#noise, judgement.noise);
      }
      if (judgement.kind === 'faint') {
        const { size, away } = judgement;
        this.faint.push(`${full} (${percent(size)} of the largest, ${percent(away)} from float64)`);
      }
      if (judgement.kind === 'wrong') this.wrong.push(`${full}: ${judgement.why}`);
    }
  }

  /** The table, the zeros and what is too faint to compare. */
  print(title: string): string {
    const cells = (row: readonly string[]): string =>
      row
        .map((cell, i) => cell.padEnd(i === 0 ? 18 : 12))
        .join('')
        .trimEnd();
    const rows = [...this.#rows].map(([kind, { networks, tensors, worst }]) =>
      cells([kind, String(networks.size), String(tensors), worst.toExponential(1)])
    );
    return [
      `${title}: ${this.compared} tensors`,
      cells(['op kind', 'networks', 'gradients', 'worst gap']),
      ...rows,
      `true gradient zero (float64 finds no slope; the engines' largest answer is ${percent(this.#noise)} of the largest gradient): ${this.zeros.length}`,
      ...this.zeros.map((name) => `  ${name}`),
      `too faint for float32: ${this.faint.length}`,
      ...this.faint.map((line) => `  ${line}`),
      ''
    ].join('\n');
  }
}
