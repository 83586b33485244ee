import { err, ok, type Result } from '@plenary/wire';
import { attributeOf, childElements, type XmlElement } from '@plenary/wire/xml';
import { namespaces, parseXconUserId } from '@plenary/xcon';

/** What a `chatHistory` request asks for, as its `<chat:history-request>` says. */
export interface HistoryQuery {
  /** Any URI of the conference, instead of confObjID. */
  readonly conference: string | undefined;
  /** Microseconds since 1970, inclusive; 0: from the first. */
  readonly sinceUs: bigint;
  /** Exclusive; 0: to the last. */
  readonly beforeUs: bigint;
  /** Undefined: as many as the room gives without being asked. */
  readonly count: number | undefined;
  readonly cursor: string;
  /** From the oldest that fits on; otherwise the last that fit. */
  readonly forward: boolean;
  /** Delete: XCON-USERID of the person whose messages are to go. */
  readonly user: string;
}

const known = new Set(['conference', 'since', 'before', 'count', 'cursor', 'direction', 'user']);
// RFC 3339 §5.6 date-time, in UTC or with an offset
const dateTime = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})$/;
const cursorLength = 1_024;
const uriLength = 255;

/**
 * Reads the `<chat:history-request>` among the foreign elements of a request; without one everything has its default. Err in words.
 *
 * Req: HIST-001, HIST-003, HIST-005.
 */
export function readHistoryQuery(extensions: readonly XmlElement[]): Result<HistoryQuery, string> {
  const elements = extensions.filter(({ ns, name }) => ns === namespaces.chat && name === 'history-request');
  if (elements.length > 1) return err('there is more than one history-request');
  const [element] = elements;
  const text = (name: string): string | undefined => attributeOf(element, name);
  const strange = element?.attributes.find(({ ns, name }) => ns === '' && !known.has(name));
  if (strange !== undefined) return err('history-request has an attribute that is not defined');
  if (element !== undefined && childElements(element).some(({ ns }) => ns === namespaces.chat))
    return err('history-request has elements in it');
  const since = microseconds(text('since'));
  const before = microseconds(text('before'));
  if (since === undefined || before === undefined)
    return err('since and before are times such as 2026-11-29T12:00:00.000Z');
  const count = text('count');
  if (count !== undefined && !/^\d{1,7}$/.test(count)) return err('count is no number');
  const cursor = text('cursor') ?? '';
  if (cursor.length > cursorLength) return err('cursor is none of ours');
  const direction = text('direction') ?? 'backward';
  if (direction !== 'backward' && direction !== 'forward') return err('direction is backward or forward');
  const user = text('user') ?? '';
  if (user !== '' && !parseXconUserId(user).ok) return err('user is no XCON-USERID');
  const conference = text('conference');
  if (conference !== undefined && (conference === '' || conference.length > uriLength))
    return err('conference is no URI');
  return ok({
    conference,
    sinceUs: since,
    beforeUs: before,
    count: count === undefined ? undefined : Number(count),
    cursor,
    forward: direction === 'forward',
    user,
  });
}

/** 0 for nothing, undefined for no time. */
function microseconds(text: string | undefined): bigint | undefined {
  if (text === undefined) return 0n;
  if (!dateTime.test(text)) return undefined;
  const ms = Date.parse(text.replace(' ', 'T'));
  if (Number.isNaN(ms) || ms < 0) return undefined;
  const beyondMs = /\.\d{3}(\d{1,3})/.exec(text)?.[1] ?? '';
  return BigInt(ms) * 1_000n + BigInt(beyondMs.padEnd(3, '0'));
}
