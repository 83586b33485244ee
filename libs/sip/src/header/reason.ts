/**
 * Reason (RFC 3326): why a BYE or CANCEL is sent. Reason = protocol *( SEMI ( "cause" / "text" / generic-param ) )
 */
import { err, ok, type Result } from '@plenary/wire';
import { SipError } from '../errors.js';
import { formatParams, type HeaderParam, type HeaderParams, paramValue, scanParams, withoutParams } from './params.js';
import { isToken, Scanner } from './scan.js';

export interface Reason {
  /** `SIP`, `Q.850` or another. */
  readonly protocol: string;
  readonly cause?: number | undefined;
  readonly text?: string | undefined;
  readonly params: HeaderParams;
}

/** Parses one Reason value. A cause that is no number of up to 10 digits is malformed. */
export function parseReason(value: string): Result<Reason, SipError> {
  const scanner = new Scanner(value);
  const protocol = scanner.lws().token();
  const params = protocol === undefined ? undefined : scanParams(scanner);
  if (protocol === undefined || params === undefined) return err(new SipError('malformed-header', 'No protocol.'));
  const cause = paramValue(params, 'cause');
  const text = paramValue(params, 'text');
  if (cause !== undefined && !/^\d{1,10}$/.test(cause)) return err(new SipError('malformed-header', 'cause.'));
  return ok({
    protocol,
    ...(cause === undefined ? {} : { cause: Number(cause) }),
    ...(text === undefined ? {} : { text }),
    params: withoutParams(params, 'cause', 'text'),
  });
}

/** Writes one Reason value, `SIP;cause=480;text="Room closed"`. */
export function formatReason({ protocol, cause, text, params }: Reason): string {
  if (!isToken(protocol)) throw new TypeError('not a protocol');
  const known: HeaderParam[] = [];
  if (cause !== undefined) known.push({ name: 'cause', value: String(cause) });
  if (text !== undefined) known.push({ name: 'text', value: text, quoted: true });
  return `${protocol}${formatParams(known)}${formatParams(params)}`;
}
