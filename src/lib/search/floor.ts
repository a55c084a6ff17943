/** @file Step 6, search: the floor of a space: what its smallest member costs, below which no budget can be met. */
import type { Architecture, Issue } from '$lib/arch/architecture';
import { m } from '$paraglide/messages';
import { decode, smallest, type SearchSpace } from './space';

/** The network whose latency is the floor: every width, kernel and option at its cheapest. */
export function floorNetwork(space: SearchSpace): Architecture {
  return decode(space, smallest(space));
}

/** Refuses a budget no member can meet, with both numbers; null when it can be met. Both in ms per image or both MAdds. */
export function budgetIssue(budget: number, floor: number, unit: 'ms' | 'MAdds'): Issue | null {
  if (!(Number.isFinite(budget) && budget > 0))
    return { path: 'budget', message: m.search_budget_number({ unit, budget }) };
  if (budget >= floor) return null;
  return {
    path: 'budget',
    message: m.search_below_floor({ budget: budget.toPrecision(4), unit, floor: floor.toPrecision(4) })
  };
}
