import { parseFromTo, parsePrivacy, readOptional, type SipRequest } from '@plenary/sip';

/**
 * Whether the sender hides who it is: a From without a name (RFC 3323 section 4.1.1.3), or `Privacy: id`, `user` or `header`, which ask that nobody be told
 * (RFC 3323 section 4.2, RFC 3325 section 9.3). What cannot be read asks for nothing.
 */
export function asksForAnonymity(request: SipRequest): boolean {
  const from = parseFromTo(request.headers.get('From') ?? '');
  if (from.ok && from.value.uri.kind === 'sip' && from.value.uri.host.toLowerCase() === 'anonymous.invalid')
    return true;
  const privacy = readOptional(request.headers, 'Privacy', parsePrivacy);
  return privacy.ok && (privacy.value ?? []).some((value) => hiding.has(value));
}

const hiding: ReadonlySet<string> = new Set(['id', 'user', 'header']);
