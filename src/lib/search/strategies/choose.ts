/** @file Step 6, search: strategies by id, as the command line and the page name them. */
import { evolutionStrategy } from './evolution';
import { nearBudgetStrategy } from './near-budget';
import { randomStrategy } from './random';
import type { Strategy, StrategyContext } from './strategy';

export const strategyIds = ['random', 'random-near', 'evolution'] as const;
export type StrategyId = (typeof strategyIds)[number];
export const defaultStrategy: StrategyId = 'evolution';

const open: Record<StrategyId, (context: StrategyContext) => Strategy> = {
  random: randomStrategy,
  'random-near': nearBudgetStrategy,
  evolution: evolutionStrategy
};

/** Opens a strategy by its id. */
export function openStrategy(id: StrategyId, context: StrategyContext): Strategy {
  return open[id](context);
}
