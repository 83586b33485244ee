import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ccmpRequest } from '../../conformance/raw/ccmp.js';
import { alice, alicesSubject, type Installation, startInstallation } from './installation.js';
import { RawHttp, rawPost } from './raw-http.js';

let installation: Installation;

beforeAll(async () => {
  installation = await startInstallation();
  // What runs for the first time is slow for another reason.
  for (let turn = 0; turn < 20; turn++) await post(valid());
});
afterAll(() => installation.stop());

function valid(inner = '<confInfo entity="xcon:a@localhost"/>'): string {
  return ccmpRequest('conf', {
    subject: alicesSubject,
    confUserID: alice,
    confObjID: 'xcon:a@localhost',
    operation: 'update',
    inner,
  });
}

async function post(body: string): Promise<{ readonly status: number; readonly code: string }> {
  const http = new RawHttp(installation.url);
  try {
    http.send(rawPost(installation.url, body));
    const answer = await http.next();
    return {
      status: answer?.status ?? 0,
      code: /<response-code>(\d+)</.exec(answer?.body ?? '')?.[1] ?? '',
    };
  } finally {
    http.close();
  }
}

const laughs = Array.from({ length: 10 }, (_, n) =>
  n === 0 ? '<!ENTITY l0 "ha">' : `<!ENTITY l${String(n)} "${`&l${String(n - 1)};`.repeat(10)}">`,
).join('');

const attacks: readonly (readonly [string, string, number, string])[] = [
  ['a bomb of entities', `<!DOCTYPE x [${laughs}]>${valid().replace('xcon:a@', '&l9;')}`, 200, '400'],
  [
    'a quadratic blow-up',
    `<!DOCTYPE x [<!ENTITY a "${'a'.repeat(100_000)}">]><x>${'&a;'.repeat(50_000)}</x>`,
    200,
    '400',
  ],
  ['an external entity', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>', 200, '400'],
  ['an external DTD', '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd"><x/>', 200, '400'],
  ['a parameter entity', '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x"> %p;]><x/>', 200, '400'],
  ['50,000 elements in each other', valid(`${'<a>'.repeat(50_000)}${'</a>'.repeat(50_000)}`), 200, '400'],
  ['50,000 open elements without end', valid().replace('</ccmp:ccmpRequest>', '') + '<a>'.repeat(50_000), 200, '400'],
  [
    'a megabyte of attributes',
    valid(`<confInfo ${Array.from({ length: 70_000 }, (_, n) => `a${String(n)}=""`).join(' ')}/>`),
    413,
    '',
  ],
  [
    'as many attributes as the body may hold',
    valid(`<confInfo ${Array.from({ length: 40_000 }, (_, n) => `a${String(n)}=""`).join(' ')}/>`),
    200,
    '400',
  ],
  ['half a megabyte of elements', valid('<a/>'.repeat(120_000)), 200, '400'],
  ['a name of half a megabyte', valid(`<${'x'.repeat(250_000)}></${'x'.repeat(250_000)}>`), 200, '400'],
  [
    'a thousand namespaces',
    valid(Array.from({ length: 1_000 }, (_, n) => `<a xmlns:n${String(n)}="u${String(n)}">`).join('')),
    200,
    '400',
  ],
  ['one character over and over, unclosed', '<'.repeat(500_000), 200, '400'],
  ['a comment without end', `${valid().slice(0, -1)}<!--${'-'.repeat(500_000)}`, 200, '400'],
  ['a text of ampersands', valid('&'.repeat(500_000)), 200, '400'],
];

describe('SEC-013 XML that is made to hurt', () => {
  it.each(attacks)('CCMP-041 %s is refused under 50 ms of CPU', async (_, body, status, code) => {
    // The least of some turns: the first ones pay for compiling what runs, whatever they read.
    let least = Number.POSITIVE_INFINITY;
    for (let turn = 0; turn < 4; turn++) {
      const before = process.cpuUsage();
      const answer = await post(body);
      const { user, system } = process.cpuUsage(before);
      least = Math.min(least, (user + system) / 1_000);
      expect(answer).toEqual({ status, code });
    }
    expect(least).toBeLessThan(50);
  });

  it('memory stays where it was', async () => {
    const rounds = 30;
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    for (let round = 0; round < rounds; round++) for (const [, body] of attacks.slice(0, 7)) await post(body);
    // Some 90 MB of bodies came; what is kept of them is nothing.
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
  });

  it('those who come after are served', async () => {
    expect(await post(valid())).toEqual({ status: 200, code: '200' });
  });
});
