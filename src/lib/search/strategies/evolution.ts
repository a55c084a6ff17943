/** @file Step 6, search: regularized evolution (Real et al. 2019): tournament, one mutation, the oldest dies. */
import type { Choices } from '../space';
import { NEAR_BUDGET, sampleNearBudget } from './near-budget';
import { isNew, type Strategy, type StrategyContext, type Told } from './strategy';

/** One set of constants for all spaces and budgets. */
const POPULATION = 20;
const TOURNAMENT = 5;
/** Scored results before the first mutation; until then members are random near the budget. */
const WARM_UP = 4;
const MAX_TRIES = 96;
/** Every so many failed tries one more gene mutates. */
const TRIES_PER_GENE = 16;

interface Scored {
  readonly choices: Choices;
  readonly score: number;
}

/** Evolution among the last 20 scored members, children kept near the budget. */
export function evolutionStrategy(context: StrategyContext): Strategy {
  const { rng, space } = context;
  const population: Scored[] = [];

  const parent = (): Scored | undefined => {
    let best: Scored | undefined;
    for (let i = 0; i < TOURNAMENT; i++) {
      const rival = population[rng.below(population.length)];
      if (rival && (!best || rival.score > best.score)) best = rival;
    }
    return best;
  };

  const mutate = (choices: Choices, genes: number): Choices => {
    const child = [...choices];
    for (let i = 0; i < genes; i++) {
      const g = rng.below(child.length);
      const others = (space.genes[g]?.options.length ?? 2) - 1;
      child[g] = ((child[g] ?? 0) + 1 + rng.below(others)) % (others + 1);
    }
    return child;
  };

  return {
    ask() {
      if (population.length < WARM_UP || space.genes.length === 0) return sampleNearBudget(context);
      const from = parent();
      for (let i = 0; from && i < MAX_TRIES; i++) {
        const child = mutate(from.choices, 1 + Math.floor(i / TRIES_PER_GENE));
        const { ratio } = context.judge(child);
        if (ratio <= 1 && ratio >= NEAR_BUDGET && isNew(context, child)) return child;
      }
      return sampleNearBudget(context);
    },
    tell({ choices, score }: Told) {
      if (score === null) return;
      population.push({ choices, score });
      if (population.length > POPULATION) population.shift();
    }
  };
}
