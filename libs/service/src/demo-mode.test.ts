import { expect, it } from 'vitest';
import { demoOnLoopbackOnly } from './demo-mode.js';

it('takes every way to write loopback', () => {
  expect(() => demoOnLoopbackOnly({ A: '127.0.0.1', B: 'localhost', C: '::1', D: '127.8.9.10' })).not.toThrow();
});

it.each(['0.0.0.0', '::', '192.0.2.1', 'example.com', '127.0.0.1.example.com', '1270.0.0.1'])(
  'refuses %s and names the setting',
  (host) => {
    expect(() => demoOnLoopbackOnly({ FOCUS_SIP_HOST: host })).toThrow(/FOCUS_SIP_HOST/);
  },
);
