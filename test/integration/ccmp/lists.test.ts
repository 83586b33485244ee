import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ObjectList } from '@plenary/proto/roomstate';
import { answerText, type CcmpAnswer, type CcmpKind, ccmpRequest, postCcmp } from '../../conformance/raw/ccmp.js';
import { alice, alicesSubject, type Installation, startInstallation } from './installation.js';

let installation: Installation;

beforeAll(async () => {
  installation = await startInstallation({ CCMP_LIST_MAX: '500' });
});
beforeEach(() => {
  for (const calls of Object.values(installation.asked)) calls.splice(0);
});
afterAll(() => installation.stop());

const main = 'xcon:main@localhost';

function ask(kind: CcmpKind, filter = ''): Promise<CcmpAnswer> {
  const inner = filter === '' ? '' : `<xpathFilter>${filter.replaceAll('<', '&lt;')}</xpathFilter>`;
  return postCcmp(
    installation.url,
    ccmpRequest(kind, { subject: alicesSubject, confUserID: alice, confObjID: main, inner }),
  );
}

function object(number: number, type: string): { id: string; xconUri: string; version: bigint; document: string } {
  const xconUri = `xcon:object${String(number)}@localhost`;
  const document =
    `<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" entity="${xconUri}" version="1">` +
    `<conference-description><display-text>Object ${String(number)}</display-text>` +
    `<free-text>For ${type}</free-text><available-media><entry label="1"><type>${type}</type></entry></available-media>` +
    '</conference-description></conference-info>';
  return { id: String(number).padStart(6, '0'), xconUri, version: 1n, document };
}

/** Room-state with that many objects, page by page; every third is for audio. */
function serve(count: number): void {
  const all = Array.from({ length: count }, (_, number) => object(number, number % 3 === 0 ? 'audio' : 'message'));
  installation.script = {
    ...installation.script,
    listObjects({ after, limit }) {
      const rest = all.filter(({ id }) => id > after);
      return { code: 200, version: 7n, objects: rest.slice(0, limit), more: rest.length > limit };
    },
  };
}

const uris = (answer: CcmpAnswer): string[] =>
  [...answer.text.matchAll(/<info:uri>([^<]*)</g)].map(([, uri = '']) => uri);

describe('lists', () => {
  it.each([
    ['blueprints', ObjectList.BLUEPRINTS, ''],
    ['confs', ObjectList.CONFERENCES, ''],
    ['sidebarsByVal', ObjectList.SIDEBARS_BY_VAL, main],
    ['sidebarsByRef', ObjectList.SIDEBARS_BY_REF, main],
  ] as const)('CCMP-060 CCMP-065 CCMP-082 %sRequest asks for its objects', async (kind, list, about) => {
    serve(2);
    const answer = await ask(kind);
    expect(answer.code).toBe(200);
    expect(installation.asked.listObjects[0]).toMatchObject({ list, object: about, requestor: { userId: alice } });
    expect(answer.text).toContain('object1@localhost');
  });

  it('CCMP-060 an entry has URI, display-text and purpose', async () => {
    serve(1);
    const { text } = await ask('blueprints');
    expect(text).toContain(
      '<blueprintsInfo><info:entry><info:uri>xcon:object0@localhost</info:uri><info:display-text>Object 0</info:display-text>' +
        '<info:purpose>For audio</info:purpose></info:entry></blueprintsInfo>',
    );
  });

  it('CCMP-082 sidebars come with the version of their main conference; by value with their documents', async () => {
    serve(2);
    const byValue = await ask('sidebarsByVal');
    expect(answerText(byValue, 'version')).toBe('7');
    expect(byValue.text).toContain(
      '<info:entry entity="xcon:object0@localhost" version="1"><info:conference-description>',
    );
    const byReference = await ask('sidebarsByRef');
    expect(answerText(byReference, 'version')).toBe('7');
    expect(uris(byReference)).toEqual(['xcon:object0@localhost', 'xcon:object1@localhost']);
  });

  it('goes on page by page to the last', async () => {
    serve(450);
    expect(uris(await ask('confs'))).toHaveLength(450);
    expect(installation.asked.listObjects.length).toBeGreaterThan(1);
  });

  it('says 511 rather than giving half a list', async () => {
    serve(900);
    const answer = await ask('confs');
    expect(answer.code).toBe(511);
    expect(uris(await ask('confs', "//available-media/entry[type='audio']"))).toHaveLength(300);
  });

  it('an empty list is a success', async () => {
    serve(0);
    expect((await ask('confs')).code).toBe(200);
  });

  it('CCMP-035 what room-state refuses is refused', async () => {
    installation.script = { ...installation.script, listObjects: () => ({ code: 401, detail: 'no' }) };
    for (const kind of ['blueprints', 'confs', 'sidebarsByVal', 'sidebarsByRef', 'options'] as const)
      expect((await ask(kind)).code, kind).toBe(401);
  });
});

describe('the filter', () => {
  it.each([
    ["/conference-info[conference-description/available-media/entry/type='audio']", 3],
    ["/conference-info/conference-description[available-media/entry/type='message']", 4],
    ["//info:type[.='audio']", 3],
    ["contains(//display-text, '5')", 1],
    ["//display-text[.='nothing like it']", 0],
    // The path of RFC 6503 §5.3.2, taken by its letter, looks in the wrong place.
    ["/conference-info[conference-description/conference-state/active='true']", 0],
  ])('CCMP-061 %s selects %i of seven', async (filter, wanted) => {
    serve(7);
    const answer = await ask('blueprints', filter);
    expect(answer.code).toBe(200);
    expect(uris(answer)).toHaveLength(wanted);
  });

  it.each(['/conference-info[', '///', 'a b', 'unknown-function(1)', "'open", 'nowhere:name', '$variable'])(
    'CCMP-061 %s is no expression: 400, and nobody is asked',
    async (filter) => {
      serve(7);
      const answer = await ask('confs', filter);
      expect(answer.code).toBe(400);
      expect(installation.asked.listObjects).toHaveLength(0);
    },
  );

  it.each([
    ['(//*)[count(//*[count(//*[count(//*)>1])>1])>1]'],
    [`//*[${'//*['.repeat(12)}1${']'.repeat(12)}]`],
    ['('.repeat(2_000) + '1' + ')'.repeat(2_000)],
    ['1' + '+1'.repeat(2_000)],
  ])('CCMP-061 SEC-017 a bomb is given up quickly: %.40s', async (filter) => {
    serve(400);
    const before = process.cpuUsage();
    const answer = await ask('confs', filter);
    const { user, system } = process.cpuUsage(before);
    expect([200, 400, 510]).toContain(answer.code);
    expect((user + system) / 1_000).toBeLessThan(1_500);
  });
});
