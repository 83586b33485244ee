import { randomBytes } from 'node:crypto';

/** A fresh transaction id or Message-ID of `length` characters. */
export function ident(length = 12): string {
  return randomBytes(length).toString('hex').slice(0, length);
}

export interface RequestParts {
  readonly id?: string;
  readonly method?: string;
  readonly toPath: string;
  readonly fromPath: string;
  /** Written between the paths and Content-Type, one line each. */
  readonly headers?: readonly string[];
  /** With a body also `contentType` is written; without one there is neither blank line nor body. */
  readonly body?: string | Buffer;
  readonly contentType?: string;
  readonly flag?: '$' | '+' | '#';
}

/** The octets of one MSRP request, written as RFC 4975 section 9 has them. */
export function request(parts: RequestParts): Buffer {
  const { id = ident(), method = 'SEND', toPath, fromPath, headers = [], body, flag = '$' } = parts;
  const lines = [`MSRP ${id} ${method}`, `To-Path: ${toPath}`, `From-Path: ${fromPath}`, ...headers];
  if (body !== undefined) lines.push(`Content-Type: ${parts.contentType ?? 'message/cpim'}`, '');
  return Buffer.concat([
    Buffer.from(`${lines.join('\r\n')}\r\n`),
    ...(body === undefined ? [] : [Buffer.from(body), Buffer.from('\r\n')]),
    Buffer.from(`-------${id}${flag}\r\n`),
  ]);
}

export interface CpimParts {
  readonly from: string;
  readonly to: string | readonly string[];
  readonly text?: string;
  readonly type?: string;
  /** More message headers, one line each. */
  readonly headers?: readonly string[];
}

/** A Message/CPIM object (RFC 3862 section 2). */
export function cpim({ from, to, text = 'hello', type = 'text/plain', headers = [] }: CpimParts): string {
  const tos = typeof to === 'string' ? [to] : to;
  return [
    `From: <${from}>`,
    ...tos.map((uri) => `To: <${uri}>`),
    'DateTime: 2026-07-01T12:00:00Z',
    ...headers,
    '',
    `Content-Type: ${type}`,
    '',
    text,
  ].join('\r\n');
}

export interface SdpParts {
  readonly port?: number;
  readonly path?: string;
  readonly acceptTypes?: string;
  readonly wrappedTypes?: string | undefined;
  /** Tokens after `a=chatroom:`; undefined: no such attribute; empty: it stands alone. */
  readonly chatroom?: string | undefined;
  readonly setup?: string | undefined;
  readonly protocol?: string;
  /** More attributes of the message stream, without `a=`. */
  readonly attributes?: readonly string[];
  readonly version?: number;
  /** Lines before and after the message stream. */
  readonly before?: readonly string[];
  readonly after?: readonly string[];
}

/** An offer with one message stream. */
export function offer(parts: SdpParts = {}): string {
  const { port = 7654, path = `msrp://127.0.0.1:7654/${ident()};tcp`, acceptTypes = 'message/cpim text/plain' } = parts;
  const wrapped = 'wrappedTypes' in parts ? parts.wrappedTypes : '*';
  const chatroom = 'chatroom' in parts ? parts.chatroom : 'nickname private-messages';
  const setup = 'setup' in parts ? parts.setup : 'active';
  const lines = [
    'v=0',
    `o=user 1 ${String(parts.version ?? 1)} IN IP4 127.0.0.1`,
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    ...(parts.before ?? []),
    `m=message ${String(port)} ${parts.protocol ?? 'TCP/MSRP'} *`,
    ...(acceptTypes === '' ? [] : [`a=accept-types:${acceptTypes}`]),
    ...(wrapped === undefined ? [] : [`a=accept-wrapped-types:${wrapped}`]),
    ...(path === '' ? [] : [`a=path:${path}`]),
    ...(setup === undefined ? [] : [`a=setup:${setup}`]),
    ...(chatroom === undefined ? [] : [chatroom === '' ? 'a=chatroom' : `a=chatroom:${chatroom}`]),
    ...(parts.attributes ?? []).map((attribute) => `a=${attribute}`),
    ...(parts.after ?? []),
  ];
  return `${lines.join('\r\n')}\r\n`;
}

/** The values of an attribute of a session description, in order. */
export function attributes(sdp: string, name: string): string[] {
  return sdp
    .split('\r\n')
    .filter((line) => line === `a=${name}` || line.startsWith(`a=${name}:`))
    .map((line) => line.slice(`a=${name}:`.length));
}
