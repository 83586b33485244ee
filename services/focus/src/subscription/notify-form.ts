import { accepts, parseMediaType, readList, type SipRequest } from '@plenary/sip';
import { eventMediaTypes } from '@plenary/xcon';
import type { NotifyForm } from '../store/subscription-store.js';

/**
 * The form of NOTIFY a SUBSCRIBE asks for: XCON documents where Accept names their type, differences where it names theirs too, else what every
 * subscriber takes: "if no Accept header is specified to a SUBSCRIBE request, the NOTIFY will contain a body in the application/conference-info+xml data
 * format" (RFC 4575 section 3.4). Undefined: it takes nothing we have (406).
 *
 * Req: EVT-002, EVT-022, NOTIF-001, NOTIF-002, NOTIF-004.
 */
export function notifyFormOf(request: SipRequest): NotifyForm | undefined {
  const { headers } = request;
  if (!headers.has('Accept')) return 'legacy';
  const ranges = readList(headers, 'Accept', parseMediaType);
  // What cannot be read is taken as absent (RFC 3261 section 8.2.2).
  if (!ranges.ok) return 'legacy';
  // A range such as `*/*` says nothing of XCON: only who names it knows it.
  const names = (type: string): boolean =>
    ranges.value.some((range) => `${range.type}/${range.subtype}` === type) && accepts(headers, type);
  if (names(eventMediaTypes.xconConferenceInfo))
    return names(eventMediaTypes.xconConferenceInfoDiff) ? 'xcon-diff' : 'xcon';
  return accepts(headers, eventMediaTypes.conferenceInfo) ? 'legacy' : undefined;
}
