import { expect, it } from 'vitest';
import { parseNetworks, plainAddress } from './networks.js';

it('finds addresses in networks of both families', () => {
  const networks = parseNetworks(['10.0.0.0/8', '192.0.2.7', 'fd00::/8', '2001:db8::1']);
  const inside = ['10.255.0.1', '192.0.2.7', 'fd12::1', '2001:db8::1', '::ffff:10.1.2.3'];
  const outside = ['11.0.0.1', '192.0.2.8', 'fe80::1', '2001:db8::2', '::ffff:11.0.0.1', '', 'example.com'];
  expect(inside.filter((address) => networks?.includes(address) !== true)).toEqual([]);
  expect(outside.filter((address) => networks?.includes(address) !== false)).toEqual([]);
});

it('is empty without networks, and full with /0', () => {
  expect(parseNetworks([])?.includes('127.0.0.1')).toBe(false);
  expect(parseNetworks(['0.0.0.0/0'])?.includes('127.0.0.1')).toBe(true);
});

it.each(['', '10.0.0.0/33', '10.0.0/8', 'fd00::/129', '10.0.0.0/8/8', '10.0.0.0/', '10.0.0.0/-1', 'example.com/8'])(
  'knows %j for no network',
  (network) => {
    expect(parseNetworks(['10.0.0.0/8', network])).toBeUndefined();
  },
);

it('shows IPv4 within IPv6 as IPv4', () => {
  expect([plainAddress('::ffff:192.0.2.1'), plainAddress('2001:db8::1'), plainAddress('')]).toEqual([
    '192.0.2.1',
    '2001:db8::1',
    '',
  ]);
});
