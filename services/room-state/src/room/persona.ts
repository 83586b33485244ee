import type { ConferenceView } from '@plenary/xcon';
import { userEntry } from './actor.js';
import type { ParticipantState, Persona } from './state.js';

/** What is known of somebody, before anything is kept from others. */
export interface KnownPerson {
  readonly pid: ParticipantState['pid'];
  readonly userId: Persona['userId'];
  readonly userKey: string;
  /** URIs this session was proven to be, AOR first; never empty. */
  readonly identities: readonly string[];
  /** All URIs known to be the same user's, those first. */
  readonly aors: readonly string[];
  readonly displayName: string;
  readonly roles: readonly string[];
  readonly unauthenticated: boolean;
}

/**
 * How somebody is shown in a room: with its URIs, or under one that says nothing but tells it from others, where its `<user>` entry
 * provides anonymity. Spec: RFC 6501 §4.6.5.1. Req: POL-020.
 */
export function personaOf(view: ConferenceView, person: KnownPerson): Persona {
  const { pid, userId, userKey, identities, aors, roles, unauthenticated } = person;
  const entry = userEntry(view, userId);
  const anonymity = entry?.anonymity ?? 'none';
  const shown = anonymity === 'none' ? identities : [`sip:${pid}@anonymous.invalid`];
  const named = anonymity === 'none' ? person.displayName : '';
  return {
    userId,
    userKey,
    aors,
    roles,
    anonymity,
    unauthenticated,
    entity: shown[0] ?? '',
    identities: shown,
    displayName: entry?.displayText ? entry.displayText : named,
  };
}
