/** @file Step 8, export: a table as torchvision's rows, with the call that builds it. */
import type { Architecture, Issue } from '$lib/arch/architecture';
import { lower } from '$lib/ops/lower';
import { m } from '$paraglide/messages';
import { comment, frameOf, inputLine, type RowsWritten } from './listing';
import { v2Listing } from './torchvision-v2';
import { v3Listing } from './torchvision-v3';

/** Whether torchvision's padding, half the kernel on every side, is another than the table's. */
function padsElsewhere(arch: Architecture): boolean {
  const padsOf = (table: Architecture): string =>
    lower(table)
      .flatMap((op) => ('pad' in op ? op.pad : []))
      .join();
  return padsOf(arch) !== padsOf({ ...arch, padding: 'symmetric' });
}

function pictureIssues({ input, padding }: Architecture): readonly Issue[] {
  const channels: Issue = { path: 'input.2', message: m.rows_input_channels() };
  const valid: Issue = { path: 'padding', message: m.rows_padding_valid() };
  return [...(input[2] === 3 ? [] : [channels]), ...(padding === 'valid' ? [valid] : [])];
}

/**
 * The table as rows of torchvision 0.13 and later with the call of `MobileNetV3` (with a hidden layer) or `MobileNetV2`
 * that builds it. A padding that torchvision has not is noted; issues name every field that it cannot say.
 */
export function toTorchvision(arch: Architecture): RowsWritten {
  const frame = frameOf(arch, 'torchvision');
  if (!('stem' in frame)) return { kind: 'bad', issues: frame };
  const { imports, body, issues } = frame.head.hidden ? v3Listing(arch, frame) : v2Listing(arch, frame);
  const all = [...pictureIssues(arch), ...issues];
  if (all.length > 0) return { kind: 'bad', issues: all };
  const notes = padsElsewhere(arch) ? [m.rows_padding_same()] : [];
  const text = [comment(arch.name), ...notes.map(comment), ...imports, '', inputLine(arch), ...body, ''];
  return { kind: 'ok', text: text.join('\n'), notes };
}
