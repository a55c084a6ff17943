/** @file Step 6, search: random members that use the budget up; on the same space they beat uniform ones. */
import { randomChoices, smallest, type Choices } from '../space';
import { isNew, type Strategy, type StrategyContext } from './strategy';

/** The least share of the budget a member should use; when nobody is found there, the nearest below stands in. */
export const NEAR_BUDGET = 0.9;
const UNIFORM_TRIES = 120;
const TILTED_TRIES = 240;

/** Choices leaning to cheap (tilt below 1) or dear (above 1) options, for budgets far from the average member. */
function tilted(context: StrategyContext, tilt: number): Choices {
  return context.space.genes.map((gene) => Math.floor(context.rng.next() ** (1 / tilt) * gene.options.length));
}

/** A new random member with 90–100 % of the budget: rejection, first uniform, then tilted; else the nearest below found. */
export function sampleNearBudget(context: StrategyContext): Choices {
  const fits = (choices: Choices, least: number): boolean => {
    const { ratio } = context.judge(choices);
    return ratio <= 1 && ratio >= least && isNew(context, choices);
  };
  let best: Choices = smallest(context.space);
  let bestRatio = -1;
  for (let i = 0; i < UNIFORM_TRIES + TILTED_TRIES; i++) {
    // Tilts spread evenly in the logarithm over 1/8 … 8.
    const choices =
      i < UNIFORM_TRIES
        ? randomChoices(context.space, context.rng)
        : tilted(context, 8 ** (2 * context.rng.next() - 1));
    if (fits(choices, NEAR_BUDGET)) return choices;
    const { ratio } = context.judge(choices);
    if (ratio <= 1 && ratio > bestRatio && isNew(context, choices)) [best, bestRatio] = [choices, ratio];
  }
  return best;
}

/** Random near budget (90–100 % of it). */
export function nearBudgetStrategy(context: StrategyContext): Strategy {
  return { ask: () => sampleNearBudget(context), tell: () => undefined };
}
