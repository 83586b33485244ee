/**
 * Via: the way an answer goes back (RFC 3261 sections 18.2, 20.42; rport: RFC 3581).
 *
 * via-parm = sent-protocol LWS sent-by *( SEMI via-params )
 * sent-protocol = protocol-name SLASH protocol-version SLASH transport;  sent-by = host [ COLON port ]
 */
import { err, ok, type HeaderFields, type Result } from '@plenary/wire';
import { SipError } from '../errors.js';
import { parseHostPort } from '../uri.js';
import { bareHost, hostKey } from './host.js';
import { readList, splitList } from './list.js';
import { findParam, formatParams, type HeaderParam, type HeaderParams, paramValue, scanParams } from './params.js';
import { isToken, Scanner } from './scan.js';

/** One Via value. */
export interface Via {
  /** Name and version, in capitals, where they are not `SIP/2.0`: a request that will be answered 505 has such a Via. */
  readonly protocol?: string | undefined;
  /** In capitals: `UDP`, `TCP`, `TLS`, `WS`, `WSS` or another token. */
  readonly transport: string;
  /** sent-by: name or address, IPv6 in brackets. */
  readonly host: string;
  readonly port?: number | undefined;
  readonly branch?: string | undefined;
  /** Address the request was seen to come from; IPv6 without brackets. */
  readonly received?: string | undefined;
  /** `true`: the peer asks for the port (RFC 3581); a number: the port it was seen to come from. */
  readonly rport?: number | true | undefined;
  readonly maddr?: string | undefined;
  /** 0 to 255. */
  readonly ttl?: number | undefined;
  /** Every parameter not named above. */
  readonly params: HeaderParams;
}

const own = new Set(['branch', 'received', 'rport', 'maddr', 'ttl']);
const malformed = (detail: string): Result<never, SipError> => err(new SipError('malformed-header', detail));

/** Parses one Via value. Err `malformed-header`. */
export function parseVia(value: string): Result<Via, SipError> {
  const scanner = new Scanner(value);
  const name = scanner.lws().token();
  const version = scanner.eat('/') ? scanner.token() : undefined;
  const transport = scanner.eat('/') ? scanner.token() : undefined;
  if (name === undefined || version === undefined || transport === undefined) return malformed('sent-protocol.');
  if (scanner.at === scanner.lws().at) return malformed('No space before sent-by.');
  const sentBy = scanSentBy(scanner);
  if (sentBy === undefined) return malformed('sent-by.');
  const params = scanParams(scanner);
  if (params === undefined) return malformed('Via parameters.');
  const protocol = `${name}/${version}`.toUpperCase();
  const start = { transport: transport.toUpperCase(), ...sentBy };
  return withKnown(protocol === 'SIP/2.0' ? start : { protocol, ...start }, params);
}

/** host [ COLON port ]; COLON may have spaces around. */
function scanSentBy(scanner: Scanner): { host: string; port?: number } | undefined {
  const host = scanner.match(/\[[^\]]*\]|[^\s:;,]+/y);
  if (host === undefined) return undefined;
  if (!scanner.eat(':')) return parseHostPort(host);
  const port = scanner.match(/\d+/y);
  return port === undefined ? undefined : parseHostPort(`${host}:${port}`);
}

function withKnown(
  start: { protocol?: string; transport: string; host: string; port?: number },
  params: HeaderParam[],
): Result<Via, SipError> {
  const branch = paramValue(params, 'branch');
  const received = paramValue(params, 'received');
  const maddr = paramValue(params, 'maddr');
  const rport = findParam(params, 'rport');
  const ttl = paramValue(params, 'ttl');
  if (branch !== undefined && !isToken(branch)) return malformed('branch.');
  if (rport?.value !== undefined && !(/^\d{1,5}$/.test(rport.value) && Number(rport.value) <= 65535)) {
    return malformed('rport.');
  }
  if (ttl !== undefined && !(/^\d{1,3}$/.test(ttl) && Number(ttl) <= 255)) return malformed('ttl.');
  return ok({
    ...start,
    ...(branch === undefined ? {} : { branch }),
    ...(received === undefined ? {} : { received: bareHost(received) }),
    ...(rport === undefined ? {} : { rport: rport.value === undefined ? (true as const) : Number(rport.value) }),
    ...(maddr === undefined ? {} : { maddr }),
    ...(ttl === undefined ? {} : { ttl: Number(ttl) }),
    params: params.filter((param) => !own.has(param.name.toLowerCase())),
  });
}

/** Writes one Via value; branch, received, rport, maddr and ttl come before other parameters. */
export function formatVia(via: Via): string {
  const port = via.port === undefined ? '' : `:${via.port}`;
  const known: HeaderParam[] = [];
  if (via.branch !== undefined) known.push({ name: 'branch', value: via.branch });
  if (via.received !== undefined) known.push({ name: 'received', value: via.received });
  if (via.rport !== undefined) known.push(via.rport === true ? { name: 'rport' } : rportParam(via.rport));
  if (via.maddr !== undefined) known.push({ name: 'maddr', value: via.maddr });
  if (via.ttl !== undefined) known.push({ name: 'ttl', value: String(via.ttl) });
  return `${via.protocol ?? 'SIP/2.0'}/${via.transport} ${via.host}${port}${formatParams(known)}${formatParams(via.params)}`;
}

function rportParam(port: number): HeaderParam {
  return { name: 'rport', value: String(port) };
}

/** Every Via of a message, topmost first. */
export function readVias(headers: HeaderFields): Result<Via[], SipError> {
  return readList(headers, 'Via', parseVia);
}

/** The topmost Via, the only one an end point looks into. Err `missing-header`, `malformed-header`. */
export function readTopVia(headers: HeaderFields): Result<Via, SipError> {
  const first = headers.get('Via');
  if (first === undefined) return err(new SipError('missing-header', 'Via.'));
  const values = splitList(first);
  if (!values.ok) return values;
  const top = values.value[0];
  return top === undefined ? malformed('Via is empty.') : parseVia(top);
}

/**
 * The Via of a request as a server keeps it: with the address (and port) the request came from.
 *
 * "If the host portion of the sent-by parameter contains a domain name, or if it contains an IP address that differs
 * from the packet source address, the server MUST add a received parameter" (RFC 3261 section 18.2.1). A valueless
 * rport gets the source port, and then received is there in any case (RFC 3581 section 4).
 */
export function stampVia(via: Via, sourceAddress: string, sourcePort: number): Via {
  const isAsked = via.rport !== undefined;
  if (!isAsked && hostKey(via.host) === hostKey(sourceAddress)) {
    const { received: _, ...rest } = via;
    return rest;
  }
  // What the peer itself claims in received and rport counts for nothing.
  return { ...via, received: sourceAddress, ...(isAsked ? { rport: sourcePort } : {}) };
}

/** Replaces the topmost Via value of a message, the others stand as they were. Throws when there is none. */
export function replaceTopVia(headers: HeaderFields, via: Via): void {
  const values = headers.getAll('Via');
  const top = splitList(values[0] ?? '');
  if (!top.ok || top.value.length === 0) throw new TypeError('the message has no readable Via');
  const all = [formatVia(via), ...top.value.slice(1), ...values.slice(1)];
  headers.set('Via', all[0] ?? '');
  // `set` leaves one field where the first one stood; the others follow as one list, which means the same.
  if (all.length > 1) headers.set('Via', all.join(', '));
}
