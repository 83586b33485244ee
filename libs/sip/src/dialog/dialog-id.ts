/**
 * Dialog identifiers (RFC 3261 section 12): Call-ID, local tag, remote tag. "the tags are not interchangeable": what is local for one side is
 * remote for the other.
 */
import { ok, type Result } from '@plenary/wire';
import type { SipError } from '../errors.js';
import { parseFromTo } from '../header/from-to.js';
import { readRequired } from '../header/list.js';
import type { SipMessage } from '../message.js';

export interface DialogId {
  readonly callId: string;
  readonly localTag: string;
  /** Empty for an RFC 2543 peer that sends none (section 12.1.1). */
  readonly remoteTag: string;
}

/**
 * The dialog a message received belongs to: for a request our tag is in To, for a response in From. `undefined` when our tag
 * is not there, as in a request outside every dialog.
 */
export function dialogIdOf(message: SipMessage): Result<DialogId | undefined, SipError> {
  const callId = readRequired(message.headers, 'Call-ID', ok);
  if (!callId.ok) return callId;
  const from = readRequired(message.headers, 'From', parseFromTo);
  if (!from.ok) return from;
  const to = readRequired(message.headers, 'To', parseFromTo);
  if (!to.ok) return to;
  const [local, remote] = message.kind === 'request' ? [to.value.tag, from.value.tag] : [from.value.tag, to.value.tag];
  return ok(local === undefined ? undefined : { callId: callId.value, localTag: local, remoteTag: remote ?? '' });
}

/** One string per dialog, for maps. Call-IDs and tags hold no spaces. */
export function dialogKey(id: DialogId): string {
  return `${id.callId} ${id.localTag} ${id.remoteTag}`;
}
