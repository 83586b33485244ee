import { expect, it } from 'vitest';
import { publicHost } from './public-host.js';

const named = (name: string, template?: string, host?: string, pool = 'a'): Parameters<typeof publicHost>[0] => ({
  MSRP_EDGE_NAME: name,
  MSRP_EDGE_POOL: pool,
  MSRP_EDGE_PUBLIC_HOST: host,
  MSRP_EDGE_PUBLIC_HOST_TEMPLATE: template,
});
const template = 'e{ordinal}.{pool}.msrp.example.com';

it('is the host that is set, or none', () => {
  expect(publicHost(named('msrp-edge', undefined, 'msrp.example.com'))).toBe('msrp.example.com');
  expect(publicHost(named('msrp-edge'))).toBeUndefined();
});

it('is made of the number at the end of the name, and the pool', () => {
  expect(publicHost(named('msrp-edge-a-12', template))).toBe('e12.a.msrp.example.com');
  expect(publicHost(named('edge-7', '{pool}-{ordinal}.example.com', undefined, 'b'))).toBe('b-7.example.com');
  expect(publicHost(named('edge', 'one.example.com'))).toBe('one.example.com');
});

it('is refused where it cannot be made', () => {
  expect(() => publicHost(named('msrp-edge-0', template, 'msrp.example.com'))).toThrow('exclude each other');
  expect(() => publicHost(named('msrp-edge', template))).toThrow('ends in no number');
  expect(() => publicHost(named('e-1', 'e{ordinal} .example'))).toThrow('no host');
  expect(() => publicHost(named('e-1', '{what}.example'))).toThrow('no host');
});
