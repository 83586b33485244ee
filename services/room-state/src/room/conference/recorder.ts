import type { XmlElement } from '@plenary/wire/xml';
import { conferenceView, type ConferenceView } from '@plenary/xcon';
import { logged } from './edit.js';

/**
 * A recording user is a `<user>` with the role observer: it listens, and what it hears is kept. With the first one that is added the log
 * starts, in its name; with the last one that goes, the log it started stops. A log that was started otherwise stays as it is.
 * `document`: the new one; `before`: the view of the old one. Req: LOG-005, LOG-006.
 */
export function asRecorded(before: ConferenceView, document: XmlElement, nowMs: number): XmlElement {
  const after = conferenceView(document);
  const [had, has] = [observersOf(before), observersOf(after)];
  const { active, by = '' } = after.logging;
  const come = has.find((userId) => !had.includes(userId));
  if (come !== undefined) return active ? document : logged(document, true, new Date(nowMs).toISOString(), come);
  const isOver = active && has.length === 0 && had.includes(by.toLowerCase());
  return isOver ? logged(document, false, '', '') : document;
}

function observersOf(view: ConferenceView): readonly string[] {
  return view.users.filter(({ roles }) => roles.includes('observer')).map(({ entity }) => entity.toLowerCase());
}
