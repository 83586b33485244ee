/**
 * Where a request came from: the peer's address, or, from a proxy that is trusted, the last address of X-Forwarded-For. IPv4
 * addresses mapped into IPv6 are told as IPv4. For limits on guessing and flooding only; it proves nothing.
 */
export function sourceOf(
  peer: string | undefined,
  forwardedFor: string | string[] | undefined,
  trustedProxies: ReadonlySet<string>,
): string {
  const address = plain(peer ?? '');
  if (!trustedProxies.has(address)) return address;
  const forwarded = typeof forwardedFor === 'string' ? forwardedFor : forwardedFor?.at(-1);
  const last = forwarded?.split(',').at(-1)?.trim() ?? '';
  return /^[0-9A-Fa-f.:]{2,45}$/.test(last) ? plain(last) : address;
}

function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d)/i, '');
}
