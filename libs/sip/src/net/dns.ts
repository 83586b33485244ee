import { lookup, resolveNaptr, resolveSrv } from 'node:dns/promises';
import type { SipDns } from './resolve.js';

/** Answers that mean "there is none", as opposed to "ask again later". */
const NONE = new Set(['ENODATA', 'ENOTFOUND', 'ENOENT']);

/** DNS by the resolver of the system: NAPTR and SRV as they stand, addresses as `getaddrinfo` orders them. */
export const systemDns: SipDns = {
  naptr: (domain) => orNone(resolveNaptr(domain)),
  srv: (name) => orNone(resolveSrv(name)),
  addresses: async (host) => {
    const found = await orNone(lookup(host, { all: true }));
    return found.map(({ address }) => address);
  },
};

async function orNone<T>(answers: Promise<T[]>): Promise<T[]> {
  try {
    return await answers;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string' && NONE.has(cause.code)) return [];
    throw cause;
  }
}
