import type { HeaderFields } from '@plenary/wire';
import { formatUri, parseNameAddr } from '@plenary/sip';

/**
 * The URIs of P-Asserted-Identity, sip before tel: "There may be one or two P-Asserted-Identity values" (RFC 3325 section 9.1), one sip or
 * sips URI, one tel URI, or one of each. Anything else counts as none. Whether the sender may assert is the caller's question.
 */
export function assertedIdentities(headers: HeaderFields): string[] {
  const values = headers.getAll('P-Asserted-Identity').flatMap((value) => splitList(value));
  if (values.length === 0 || values.length > 2) return [];
  const uris = values.flatMap((value) => {
    const parsed = parseNameAddr(value);
    return parsed.ok ? [formatUri(parsed.value.uri)] : [];
  });
  const sip = uris.filter((uri) => /^sips?:/i.test(uri));
  const tel = uris.filter((uri) => /^tel:/i.test(uri));
  if (uris.length !== values.length || sip.length > 1 || tel.length > 1 || sip.length + tel.length !== uris.length) return [];
  return [...sip, ...tel];
}

/** Splits at commas outside quotes and angle brackets. */
function splitList(value: string): string[] {
  return value.match(/(?:"(?:[^"\\]|\\.)*"|<[^>]*>|[^,"<])+/g)?.map((part) => part.trim()) ?? [];
}
