import { childElement, childrenNamed, type XmlElement } from '@plenary/wire/xml';
import { attribute, booleanIn, given, givenText, numberIn, textIn, xcon } from './reading.js';
import type { ConferenceRole } from './users-view.js';

/** A time and who has to be there for it to count. */
export interface MixingOffsetView {
  /** RFC 3339, UTC. */
  readonly at: string;
  /** `none`: nobody. */
  readonly requiredParticipant: ConferenceRole;
}

/** One `<entry>` of `<conference-time>`; times are RFC 3339 in UTC, those of the first occurrence. */
export interface ConferenceTimeView {
  /** iCalendar object. */
  readonly base: string;
  readonly mixingStart?: MixingOffsetView;
  readonly mixingEnd?: MixingOffsetView;
  readonly canJoinAfter?: string;
  readonly mustJoinBefore?: string;
  readonly requestUser?: string;
  /** Seconds before the end; undefined: no notice. */
  readonly notifyEndSeconds?: number;
  readonly mayExtend: boolean;
}

/** Reads a checked `<conference-time>`. */
export function timesView(element: XmlElement | undefined): readonly ConferenceTimeView[] {
  return childrenNamed(element, xcon, 'entry').map((entry) => ({
    base: textIn(entry, xcon, 'base'),
    ...given('mixingStart', mixingView(entry, 'mixing-start-offset')),
    ...given('mixingEnd', mixingView(entry, 'mixing-end-offset')),
    ...givenText('canJoinAfter', textIn(entry, xcon, 'can-join-after-offset')),
    ...givenText('mustJoinBefore', textIn(entry, xcon, 'must-join-before-offset')),
    ...givenText('requestUser', textIn(entry, xcon, 'request-user')),
    ...given('notifyEndSeconds', numberIn(entry, xcon, 'notify-end-of-conference')),
    mayExtend: booleanIn(entry, xcon, 'allowed-extend-mixing-end-offset', false),
  }));
}

function mixingView(entry: XmlElement, name: string): MixingOffsetView | undefined {
  const at = textIn(entry, xcon, name);
  if (at === '') return undefined;
  const role = attribute(childElement(entry, xcon, name), 'required-participant') as ConferenceRole;
  return { at, requiredParticipant: role };
}
