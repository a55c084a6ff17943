/** @file State: the options of the whole network beyond width and input. */
import type { Issue } from '$lib/arch/architecture';
import type { NetworkChange } from '$lib/arch/options';
import { m } from '$paraglide/messages';
import type { Workbench } from './workbench.svelte';
import { changed } from './workbench-verbs';

/** Sets or takes out one option of the whole network; a head brings its own usual input and stride. */
export function chooseOption(
  workbench: Workbench,
  set: NetworkChange,
  out: readonly (keyof NetworkChange)[],
  what: string
): readonly Issue[] {
  const forHead: readonly (keyof NetworkChange)[] =
    'head' in set || out.includes('head') ? ['input', 'outputStride', 'outIndices', 'classes'] : [];
  return workbench.setOptions(changed(workbench.options, set, [...out, ...forHead]), m.did_option({ what }));
}
