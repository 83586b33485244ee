/**
 * The text of header values (RFC 4975 section 9): `utf8text = *(HTAB / %x20-7E / UTF8-NONASCII)`. The decoder reads heads as
 * one character per octet, which is right for everything but free text.
 */
import { fromLatin1, strictUtf8Text } from './bytes.js';

/**
 * The text whose octets are the characters of `wire`; undefined when they are not UTF-8 or hold a control character other
 * than HTAB. Req: MSRP-013.
 */
export function utf8Text(wire: string): string | undefined {
  let isAscii = true;
  for (let i = 0; i < wire.length; i++) {
    const code = wire.charCodeAt(i);
    if (code >= 0x80) isAscii = false;
    else if ((code < 0x20 && code !== 0x09) || code === 0x7f) return undefined;
  }
  return isAscii ? wire : strictUtf8Text(fromLatin1(wire));
}
