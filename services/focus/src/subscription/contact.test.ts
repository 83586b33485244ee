import { formatUri } from '@plenary/sip';
import { expect, it } from 'vitest';
import { subscriptionContactUri } from './contact.js';

it.each([
  [false, 'UDP', 'sip:lobby@example.com'],
  [true, 'UDP', 'sip:lobby@example.com;gr'],
  [true, 'TCP', 'sip:lobby@example.com;transport=tcp;gr'],
])('EVT-008 gruu %s over %s: %s', (gruu, transport, uri) => {
  const deps = { domain: 'example.com', sipPort: () => 5060 };
  expect(formatUri(subscriptionContactUri({ roomUser: 'lobby', gruu }, deps, { transport, sips: false }))).toBe(uri);
});
