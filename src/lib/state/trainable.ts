/** @file State: why the open network cannot be trained or searched, in a sentence; nothing where it can. */
import type { Architecture } from '$lib/arch/architecture';
import { checkArchitecture, describeIssues } from '$lib/arch/parse';
import { unservedIssue } from '$lib/search/served';
import { m } from '$paraglide/messages';

const headNames = {
  classifier: m.head_classifier,
  features: m.head_features,
  lraspp: m.head_lraspp,
  ssdlite: m.head_ssdlite,
  decoder: m.head_decoder
} as const;

/** Training reads one answer for each picture; `fitted` is the network as it would be trained. */
export function whyNotTrain({ head }: Architecture, fitted: Architecture): string {
  if (head.kind !== 'classifier') return m.run_train_head({ head: headNames[head.kind]() });
  return describeIssues(checkArchitecture(fitted), 1);
}

/** A search trains candidates, and only knows the tables of the family. */
export function whyNotSearch(arch: Architecture, fitted: Architecture): string {
  return whyNotTrain(arch, fitted) || (unservedIssue(arch)?.message ?? '');
}
