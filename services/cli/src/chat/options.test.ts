import { describe, expect, it } from 'vitest';
import { addressOf, readArguments } from './options.js';

function options(...argv: string[]): unknown {
  const read = readArguments(argv);
  return read.ok && read.value.kind === 'chat' ? read.value.options : read;
}
const refusal = (...argv: string[]): string | undefined => {
  const read = readArguments(argv);
  return read.ok ? undefined : read.error;
};

describe('the command line of chat', () => {
  it('ROOM-001 fills in what the demo has', () => {
    expect(options('--as', 'alice', 'lobby')).toEqual({
      user: 'sip:alice@localhost',
      username: 'alice',
      password: 'alice',
      room: 'sip:lobby@localhost',
      server: { host: '127.0.0.1', port: 5060 },
      transport: 'UDP',
      tls: false,
      authorities: undefined,
      nickname: undefined,
    });
  });

  it('ROOM-001 takes addresses, and names in the domain of the user', () => {
    const argv = ['--as', 'alice@example.com', '--password', 's', '--server', '[::1]:5070', '--transport', 'tcp'];
    expect(options(...argv, 'lobby', '--nick', 'Ally')).toMatchObject({
      user: 'sip:alice@example.com',
      username: 'alice',
      password: 's',
      room: 'sip:lobby@example.com',
      server: { host: '::1', port: 5070 },
      transport: 'TCP',
      nickname: 'Ally',
    });
    expect(options('--as', 'a', 'sip:x@chat.example.com:5062')).toMatchObject({ room: 'sip:x@chat.example.com:5062' });
  });

  it('SIP-035 speaks SIP over TLS when told to, or when the room is sips', () => {
    const secure = { transport: 'TLS', server: { host: '127.0.0.1', port: 5061 } };
    expect(options('--as', 'a', 'lobby', '--transport', 'tls', '--authorities', 'ca.pem')).toMatchObject({
      ...secure,
      authorities: 'ca.pem',
    });
    expect(options('--as', 'a', 'sips:lobby@example.com')).toMatchObject({ ...secure, room: 'sips:lobby@example.com' });
    expect(refusal('--as', 'a', 'sips:lobby@example.com', '--transport', 'udp')).toContain('--transport tls alone');
  });

  it('TRN-007 takes messages over TLS, and whom to believe', () => {
    expect(options('--as', 'a', 'lobby', '--tls')).toMatchObject({ tls: true, authorities: undefined });
    expect(options('--as', 'a', 'lobby', '--tls', '--authorities', 'ca.pem')).toMatchObject({ authorities: 'ca.pem' });
    expect(refusal('--as', 'a', 'lobby', '--authorities', 'ca.pem')).toContain('with --tls');
  });

  it('says in one line what is wrong', () => {
    expect(refusal('lobby')).toBe('say who you are: --as alice');
    expect(refusal('--as', 'alice')).toBe('name a room: lobby, or sip:lobby@localhost');
    expect(refusal('--as', 'alice', 'a', 'b')).toBe('one room at a time, not also b');
    expect(refusal('--as', 'alice', 'a b')).toMatch(/^a b is no room/);
    expect(refusal('--as', '', 'lobby')).toMatch(/is no user name$/);
    expect(refusal('--as', 'alice', '--server', 'here', 'lobby')).toBe('--server here is not host:port');
    expect(refusal('--as', 'alice', '--server', 'here:99999', 'lobby')).toMatch(/not host:port/);
    expect(refusal('--as', 'alice', '--transport', 'smoke', 'lobby')).toBe('--transport is udp, tcp or tls, not smoke');
    expect(refusal('--bogus')).toMatch(/^Unknown option '--bogus'$/);
  });

  it('knows when help is asked for, whatever else there is', () => {
    expect(readArguments(['--help'])).toEqual({ ok: true, value: { kind: 'help' } });
    expect(readArguments(['-h', 'x', 'y'])).toEqual({ ok: true, value: { kind: 'help' } });
  });

  it('CHAT-005 reads no address out of what is none', () => {
    expect(addressOf('bob', 'localhost')?.uri).toBe('sip:bob@localhost');
    for (const text of ['', 'a b', '<bob>', 'sip:', 'sip:localhost'])
      expect(addressOf(text, 'localhost')).toBeUndefined();
  });
});
