import type { XmlElement } from '@plenary/wire/xml';
import { formatXconUri, type XconUri } from '@plenary/xcon';
import { demoUserId } from '../users/user-id.js';
import { documentOf, plainForm, type Form } from './builders.js';

/** The blueprints every installation has. Spec: RFC 5239 §6.2. Req: CONF-001, CONF-002. */
export const blueprintNames = [
  'default',
  'ad-hoc',
  'persistent',
  'moderated',
  'members-only',
  'password',
  'logged',
] as const;
export type BlueprintName = (typeof blueprintNames)[number];

/** A conference object as it is to be there from the start. */
export interface SeededObject {
  readonly xconUri: XconUri;
  /** The SIP conference URI; undefined for a blueprint. */
  readonly conferenceUri: string | undefined;
  readonly document: XmlElement;
}

/** XCON-URI of a blueprint: its name in the domain. */
export function blueprintUri(name: BlueprintName, domain: string): XconUri {
  return formatXconUri({ objectId: name, host: domain });
}

/** The document of a blueprint. Nothing in it is secret (RFC 6503 §5.3.1). Req: CCMP-060, CCMP-063. */
export function blueprintDocument(name: BlueprintName, domain: string): XmlElement {
  return documentOf(blueprintUri(name, domain), formOf(name));
}

/** All of them. */
export function blueprints(domain: string): SeededObject[] {
  return blueprintNames.map((name) => ({
    xconUri: blueprintUri(name, domain),
    conferenceUri: undefined,
    document: blueprintDocument(name, domain),
  }));
}

function formOf(name: BlueprintName): Form {
  switch (name) {
    case 'default':
      return { ...plainForm, displayText: 'Default', freeText: 'A chat room that stays until it is deleted.' };
    case 'ad-hoc':
      return {
        ...plainForm,
        displayText: 'Ad hoc',
        freeText: 'A chat room that goes when the last one has left it.',
        keywords: ['chat', 'ad-hoc'],
        onEmpty: 'delete',
      };
    case 'persistent':
      return {
        ...plainForm,
        displayText: 'Persistent',
        freeText: 'A chat room that is there whether anybody is in it or not.',
        keywords: ['chat', 'persistent'],
      };
    case 'moderated':
      return {
        ...plainForm,
        displayText: 'Moderated',
        freeText: 'A chat room where moderators say who may speak.',
        keywords: ['chat', 'moderated'],
        maximumUserCount: 1_000,
        moderated: true,
      };
    case 'members-only':
      return {
        ...plainForm,
        displayText: 'Members only',
        freeText: 'A chat room for those on its list.',
        keywords: ['chat', 'members-only'],
        maximumUserCount: 1_000,
        membersOnly: true,
      };
    case 'password':
      return {
        ...plainForm,
        displayText: 'Password',
        freeText: 'A chat room whose password everybody has to know who enters.',
        keywords: ['chat', 'password'],
        maximumUserCount: 1_000,
        passwordProtected: true,
      };
    case 'logged':
      return {
        ...plainForm,
        displayText: 'Logged',
        freeText: 'A chat room whose messages are recorded; everybody who enters is told.',
        keywords: ['chat', 'logging'],
        logged: true,
      };
    default:
      return name satisfies never;
  }
}

/**
 * The rooms of demo mode in `domain`: lobby (open), minutes (logged), council (members only; the first of `councilMembers`, user
 * names, moderates it). `now`: RFC 3339, since when minutes is logged. Req: ROOM-001.
 */
export function demoRooms(domain: string, councilMembers: readonly string[], now: string): SeededObject[] {
  const members = councilMembers.map((name) => `sip:${name}@${domain}`);
  const moderator = members[0] === undefined ? undefined : demoUserId(domain, members[0]);
  const room = (name: string, form: Partial<Form>): SeededObject => {
    const xconUri = formatXconUri({ objectId: name, host: domain });
    const conferenceUri = `sip:${name}@${domain}`;
    return {
      xconUri,
      conferenceUri,
      document: documentOf(xconUri, { ...plainForm, conferenceUri, active: true, ...form }),
    };
  };
  return [
    room('lobby', { displayText: 'Lobby' }),
    room('minutes', { displayText: 'Minutes', logged: true, loggedSince: now }),
    room('council', {
      displayText: 'Council',
      membersOnly: true,
      moderated: true,
      allowed: members,
      moderators: moderator === undefined ? [] : [moderator],
    }),
  ];
}
