/**
 * Event (RFC 6665 section 8.2.1): Event = event-type *( SEMI ( "id" EQUAL token / generic-param ) )
 */
import { err, ok, type Result } from '@plenary/wire';
import { SipError } from '../errors.js';
import { formatParams, type HeaderParams, paramValue, scanParams, withoutParams } from './params.js';
import { isToken, Scanner } from './scan.js';

export interface EventHeader {
  /** As written: event types have case. */
  readonly type: string;
  readonly id?: string | undefined;
  readonly params: HeaderParams;
}

export function parseEvent(value: string): Result<EventHeader, SipError> {
  const scanner = new Scanner(value);
  const type = scanner.lws().token();
  const params = type === undefined ? undefined : scanParams(scanner);
  if (type === undefined || params === undefined) return err(new SipError('malformed-header', 'No event type.'));
  const id = paramValue(params, 'id');
  return ok({ type, ...(id === undefined ? {} : { id }), params: withoutParams(params, 'id') });
}

export function formatEvent({ type, id, params }: EventHeader): string {
  if (!isToken(type)) throw new TypeError('not an event type');
  return `${type}${id === undefined ? '' : formatParams([{ name: 'id', value: id }])}${formatParams(params)}`;
}

/** Whether two Events name one subscription: same type, same id or none; other parameters do not count (section 8.2.1). */
export function eventEquals(a: EventHeader, b: EventHeader): boolean {
  return a.type === b.type && a.id === b.id;
}
