import { describe, expect, it } from 'vitest';
import { readConnectionSettings } from './settings.js';

describe('the settings of a connection', () => {
  it('are those of the dev stack without any variable', () => {
    expect(readConnectionSettings({})).toEqual({
      url: 'http://127.0.0.1:8080/ccmp',
      username: 'operator',
      userId: 'xcon-userid:operator@localhost',
      domain: 'localhost',
      password: { kind: 'known', text: 'operator' },
      accountsAddress: '127.0.0.1:7002',
      internal: {
        PLENARY_INTERNAL_TLS_CERTIFICATE: undefined,
        PLENARY_INTERNAL_TLS_KEY: undefined,
        PLENARY_INTERNAL_TLS_AUTHORITIES: undefined,
        PLENARY_INTERNAL_PLAINTEXT: false,
      },
      timeoutMs: 30_000,
      authoritiesFile: undefined,
    });
  });

  it('the demo’s password is for loopback and its operator alone', () => {
    const prompt = { password: { kind: 'prompt' } };
    expect(readConnectionSettings({ PLENARY_CCMP_URL: 'https://ccmp.example.com/ccmp' })).toMatchObject(prompt);
    expect(readConnectionSettings({ PLENARY_USER: 'alice' })).toMatchObject(prompt);
  });

  it.each([
    [{ PLENARY_CCMP_URL: 'ccmp.example.com' }, /PLENARY_CCMP_URL/],
    [{ PLENARY_CCMP_URL: 'ftp://example.com' }, /PLENARY_CCMP_URL/],
    [{ PLENARY_TIMEOUT_SECONDS: '90' }, /at most 60/],
    [{ PLENARY_TIMEOUT_SECONDS: 'soon' }, /at most 60/],
  ])('%o is refused', (env, reason) => {
    expect(() => readConnectionSettings(env)).toThrow(reason);
  });
});
