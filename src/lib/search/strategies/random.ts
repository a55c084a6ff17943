/** @file Step 6, search: uniform random members within the budget, the baseline every strategy is shown beside. */
import { randomChoices } from '../space';
import { isNew, type Strategy, type StrategyContext } from './strategy';

const MAX_TRIES = 400;

/** Draws uniformly until a new member fits the budget; after 400 draws the last stands and is rejected by the budget. */
export function randomStrategy(context: StrategyContext): Strategy {
  return {
    ask() {
      let choices = randomChoices(context.space, context.rng);
      for (let i = 1; i < MAX_TRIES && !(context.judge(choices).ratio <= 1 && isNew(context, choices)); i++)
        choices = randomChoices(context.space, context.rng);
      return choices;
    },
    tell: () => undefined
  };
}
