import { expect, it } from 'vitest';
import { locateCcmpServer, type NaptrRecord, type NaptrResolver } from './locate.js';

const record = (flags: string, rest: Partial<NaptrRecord>): NaptrRecord => ({
  order: 100,
  preference: 10,
  flags,
  service: 'XCON-CCMP',
  regexp: '',
  replacement: '',
  ...rest,
});
const delegation = (replacement: string, rest: Partial<NaptrRecord> = {}): NaptrRecord =>
  record('', { replacement, ...rest });
const uri = (target: string, rest: Partial<NaptrRecord> = {}): NaptrRecord =>
  record('u', { regexp: `!.*!${target}!`, ...rest });

function zone(records: Readonly<Record<string, readonly NaptrRecord[]>>): NaptrResolver & { asked: string[] } {
  const asked: string[] = [];
  const resolve = (name: string): Promise<readonly NaptrRecord[]> => {
    asked.push(name);
    return Promise.resolve(records[name] ?? []);
  };
  return Object.assign(resolve, { asked });
}

it('CCMP-015 RFC 6503 §7: two zones delegate to a third', async () => {
  const dns = zone({
    'zonea.example.com': [delegation('outsource.example.com.')],
    'zoneb.example.com': [delegation('outsource.example.com.')],
    'outsource.example.com': [record('u', { regexp: '!*.!https://confs.example.com/!', replacement: '.' })],
  });
  expect(await locateCcmpServer('zonea.example.com.', dns)).toBe('https://confs.example.com/');
  expect(await locateCcmpServer('ZoneB.example.com', dns)).toBe('https://confs.example.com/');
});

it('CCMP-015 order before preference; what leads nowhere makes room for the next', async () => {
  const dns = zone({
    'a.example': [
      uri('https://third.example/', { order: 200 }),
      uri('https://second.example/', { preference: 20 }),
      delegation('empty.example', { preference: 5 }),
      uri('https://first.example/', { preference: 10 }),
    ],
  });
  expect(await locateCcmpServer('a.example', dns)).toBe('https://first.example/');
  expect(dns.asked).toEqual(['a.example', 'empty.example']);
});

it.each([
  ['another service', record('u', { service: 'SIP+D2U', regexp: '!.*!https://a.example/!' })],
  ['another flag', record('s', { replacement: 'b.example' })],
  ['another scheme', uri('ldap://a.example/')],
  ['no URI', uri('nowhere')],
  ['a pattern that matches not all', record('u', { regexp: '!^x$!https://a.example/!' })],
  ['a rule that is none', record('u', { regexp: 'https://a.example/' })],
  ['no rule', record('u', {})],
  ['itself', delegation('a.example')],
  ['the root', delegation('.')],
])('CCMP-015 a record with %s gives nothing', async (_title, only) => {
  expect(await locateCcmpServer('a.example', zone({ 'a.example': [only] }))).toBeUndefined();
});

it('CCMP-015 a chain has an end', async () => {
  const endless: NaptrResolver = (name) => Promise.resolve([delegation(`x.${name}`)]);
  expect(await locateCcmpServer('a.example', endless)).toBeUndefined();
});

it('CCMP-015 what the resolver says of a failure is passed on', async () => {
  await expect(locateCcmpServer('a.example', () => Promise.reject(new Error('SERVFAIL')))).rejects.toThrow('SERVFAIL');
});
