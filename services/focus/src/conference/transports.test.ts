import { EdgeEntry } from '@plenary/proto/edge';
import { describe, expect, it } from 'vitest';
import { offersTls, transportsOf } from './transports.js';

const plain = EdgeEntry.fromPartial({ edgeId: 'plain' });
const both = EdgeEntry.fromPartial({ edgeId: 'both', tls: true });
const tlsOnly = EdgeEntry.fromPartial({ edgeId: 'tls', tls: true, tlsOnly: true });
const edges = (...list: readonly EdgeEntry[]) => ({ list: () => list });

describe('SDP-001 transports of media', () => {
  it('are those of the edges that take sessions', () => {
    expect(transportsOf(edges(plain))).toEqual({ tcp: true, tls: false });
    expect(transportsOf(edges(both))).toEqual({ tcp: true, tls: true });
    expect(transportsOf(edges(tlsOnly))).toEqual({ tcp: false, tls: true });
    expect(transportsOf(edges(plain, tlsOnly))).toEqual({ tcp: true, tls: true });
    expect(transportsOf(edges({ ...plain, draining: true }, tlsOnly))).toEqual({ tcp: false, tls: true });
  });

  it('are all while no edge is known: that may change', () => {
    expect(transportsOf(edges())).toEqual({ tcp: true, tls: true });
  });

  it('of an offer of ours: TLS where the room or the edges demand it, or where sips asks and it can be', () => {
    const open = { requireTls: false };
    expect(offersTls(edges(plain, both), open, false)).toBe(false);
    expect(offersTls(edges(plain, both), open, true)).toBe(true);
    expect(offersTls(edges(plain), open, true)).toBe(false);
    expect(offersTls(edges(tlsOnly), open, false)).toBe(true);
    expect(offersTls(edges(plain), { requireTls: true }, false)).toBe(true);
    expect(offersTls(edges(plain), undefined, false)).toBe(false);
  });
});
