import { isToken } from './header/scan.js';
import type { SipMessage } from './message.js';

const encoder = new TextEncoder();

/**
 * Writes a message. Content-Length is counted here and stands where one stood, else last; header fields keep their order
 * and the spelling of their names.
 *
 * Throws when the message is none: a method or header name that is no token, a line end or empty Request-URI inside a
 * line, a status outside 100 to 699. Values that came from a peer never hold line ends (the parser refuses them).
 *
 * Spec: RFC 3261 §7, §20.14.
 */
export function serializeMessage(message: SipMessage): Uint8Array {
  let text = `${startLine(message)}\r\n`;
  const length = `Content-Length: ${message.body.length}\r\n`;
  let hasLength = false;
  for (const [name, value] of message.headers) {
    if (!isToken(name)) throw new TypeError('a header field name is not a token');
    if (/[\r\n]/.test(value)) throw new TypeError(`${name} holds a line end`);
    if (name.toLowerCase() !== 'content-length') text += `${name}: ${value}\r\n`;
    else if (!hasLength) {
      text += length;
      hasLength = true;
    }
  }
  const head = encoder.encode(`${text}${hasLength ? '' : length}\r\n`);
  const octets = new Uint8Array(head.length + message.body.length);
  octets.set(head);
  octets.set(message.body, head.length);
  return octets;
}

function startLine(message: SipMessage): string {
  if (message.kind === 'request') {
    if (!isToken(message.method)) throw new TypeError('the method is not a token');
    if (!/^[^\s<>]+$/.test(message.requestUri)) throw new TypeError('the Request-URI is empty or holds a space');
    return `${message.method} ${message.requestUri} SIP/2.0`;
  }
  const { status, reason } = message;
  if (!Number.isInteger(status) || status < 100 || status > 699) throw new RangeError('no SIP status');
  if (/[\r\n]/.test(reason)) throw new TypeError('the reason phrase holds a line end');
  return `SIP/2.0 ${status} ${reason}`;
}

/** Text as a message body. */
export function textBody(text: string): Uint8Array {
  return encoder.encode(text);
}
