import { err, ok, type Result } from '@plenary/wire';
import { xmlElement, type XmlElement } from '@plenary/wire/xml';
import { checkDocument, conferenceView, mergeDocument, namespaces } from '@plenary/xcon';
import type { Actor } from '../actor.js';
import { refused, type Refused } from '../decision.js';
import type { RoomState } from '../state.js';
import { roleFaults } from './role-faults.js';
import { codeOf } from './update-conference.js';

/** A document with a user's entry changed, and the elements that differ. */
export interface ChangedEntry {
  readonly document: XmlElement;
  readonly changed: readonly string[];
}

/**
 * `base` with what is said of a user merged into its `<user>` entry, checked as a whole. Err: the refusal, where the document would be none,
 * or where somebody would get a role the actor may not give (426). Req: CCMP-026, POL-021.
 */
export function withEntryChanged(
  state: RoomState,
  actor: Actor,
  base: XmlElement,
  userId: string,
  said: XmlElement | undefined,
): Result<ChangedEntry, Refused> {
  const { info } = namespaces;
  const entry = said === undefined ? [] : [{ ...said, attributes: [{ ns: '', name: 'entity', value: userId }] }];
  const change = xmlElement(info, 'conference-info', { entity: state.xconUri }, [xmlElement(info, 'users', [], entry)]);
  const { merged, changed } = mergeDocument(base, change, 'conference-info');
  const whole = checkDocument(merged, 'conference-info', 'whole');
  if (!whole.ok) return err(refused(codeOf(whole.error.code), whole.error.message));
  const fault = roleFaults(state, actor, conferenceView(whole.value));
  return fault === undefined ? ok({ document: whole.value, changed }) : err(refused('protected', fault));
}
