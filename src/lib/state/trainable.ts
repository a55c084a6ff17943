/** @file State: why the open network cannot be trained or searched, in a sentence; nothing where it can. */
import type { Architecture } from '$lib/arch/architecture';
import { checkArchitecture, describeIssues } from '$lib/arch/parse';
import type { Dataset } from '$lib/data/dataset';
import { whyNotScenes } from '$lib/data/garment-scenes';
import { unservedIssue } from '$lib/search/served';
import { headNames, whyNotLearn, whyNotPictures } from '$lib/task/head-objective';
import { m } from '$paraglide/messages';

/** What is known of each picture, and what they are called. */
type Pictures = Pick<Dataset, 'kind' | 'name'>;

/** Training needs pictures that have what the head answers; `fitted` is the network as it would be trained. */
export function whyNotTrain(fitted: Architecture, pictures: Pictures): string {
  const refusal = whyNotPictures(fitted, pictures) || (pictures.kind === 'scenes' ? whyNotScenes(fitted.input) : '');
  return refusal || describeIssues(checkArchitecture(fitted), 1) || whyNotLearn(fitted, pictures);
}

/** Search and pruning train candidates on labels, and only know the tables of the family. */
export function whyNotSearch(arch: Architecture, fitted: Architecture, pictures: Pictures): string {
  const { head } = arch;
  if (head.kind !== 'classifier') return m.run_train_head({ head: headNames[head.kind]() });
  if (pictures.kind === 'scenes') return m.workers_scenes_unserved();
  return describeIssues(checkArchitecture(fitted), 1) || (unservedIssue(arch)?.message ?? '');
}
