import type { RoomId } from '@plenary/wire';
import type { XconUri } from '@plenary/xcon';
import { describe, expect, it } from 'vitest';
import { attributeOf, childElement, textOf } from '@plenary/wire/xml';
import { namespaces } from '@plenary/xcon';
import { blueprintDocument } from '../blueprints/blueprints.js';
import { schemaFaults, testConference, testSidebar } from '../document/testing.js';
import type { Actor } from '../room/actor.js';
import { nobody } from '../room/actor.js';
import type { ConferenceHead, RoomState } from '../room/state.js';
import type { ListedConference, ListFor, ListingStore } from './interface.js';
import { Listing } from './listing.js';

const actor = (name: string, change: Partial<Actor> = {}): Actor => ({
  userId: `xcon-userid:${name}@localhost` as never,
  uris: [`sip:${name}@localhost`],
  systemRoles: [],
  authenticated: true,
  ...change,
});
const operator = actor('operator', { systemRoles: ['administrator'] });

const head = (id: string, inner: string, change: Partial<RoomState> = {}): ConferenceHead =>
  testConference(inner, { id: id as RoomId, xconUri: `xcon:${id}@localhost` as XconUri, ...change });

const open = '<conference-description/>';
const secret = '<conference-description><chat:room-policy secret="true"/></conference-description>';

interface Rows {
  readonly blueprints?: readonly ConferenceHead[];
  readonly conferences?: readonly ListedConference[];
  readonly sidebars?: readonly ConferenceHead[];
}

/** Rows as a store gives them; `asked` collects for whom. */
function storeOf({ blueprints = [], conferences = [], sidebars = [] }: Rows, asked: ListFor[] = []): ListingStore {
  const after = <Row>(rows: readonly Row[], id: (row: Row) => string, from: string, limit: number): Row[] =>
    rows.filter((row) => id(row) > from).slice(0, limit);
  return {
    listBlueprints: async (from, limit) => after(blueprints, (row) => row.id, from, limit),
    listSidebars: async (_main, _kind, from, limit) => after(sidebars, (row) => row.id, from, limit),
    listConferences: async (user, from, limit) => {
      asked.push(user);
      return after(conferences, (row) => row.head.id, from, limit);
    },
  };
}

const everybody = { by: 'everybody', listed: [] } as const;
const uris = (page: { objects: readonly { head: ConferenceHead }[] }): string[] =>
  page.objects.map(({ head: one }) => one.xconUri);
const conference = (one: ConferenceHead, change: Partial<ListedConference> = {}): ListedConference => ({
  head: one,
  userCount: 0,
  isHere: false,
  ...change,
});

describe('lists of conference objects', () => {
  it('CCMP-060 blueprints are listed to those who may make conferences of them', async () => {
    const own = (id: string, createBy: string): ConferenceHead =>
      head(id, `<conference-description><chat:room-policy create-by="${createBy}"/></conference-description>`, {
        kind: 'blueprint',
        conferenceUri: undefined,
      });
    const store = storeOf({ blueprints: [own('a', 'users'), own('b', 'administrators')] });
    expect(uris(await new Listing(store, everybody).blueprints(actor('alice'), '', 10))).toEqual(['xcon:a@localhost']);
    expect(uris(await new Listing(store, everybody).blueprints(operator, '', 10))).toHaveLength(2);
    const closed = new Listing(store, { by: 'administrators', listed: [] });
    expect(uris(await closed.blueprints(actor('alice'), '', 10))).toEqual([]);
    expect(uris(await closed.blueprints(operator, '', 10))).toHaveLength(2);
  });

  it('CCMP-065 Q22 a secret conference is listed to those it names and who are in it, a public one to everybody known', async () => {
    const named = `${secret}<users><user entity="xcon-userid:alice@localhost"/></users>`;
    const conferences = [
      conference(head('a', open)),
      conference(head('b', secret)),
      conference(head('c', named)),
      conference(head('d', secret), { isHere: true }),
    ];
    const listing = new Listing(storeOf({ conferences }), everybody);
    expect(uris(await listing.conferences(actor('alice'), '', 10))).toEqual(
      ['a', 'c', 'd'].map((id) => `xcon:${id}@localhost`),
    );
    expect(uris(await listing.conferences(operator, '', 10))).toHaveLength(4);
    expect(uris(await listing.conferences(nobody, '', 10))).not.toContain('xcon:b@localhost');
  });

  it('CCMP-065 the rows are asked for by every name of the user', async () => {
    const asked: ListFor[] = [];
    const listing = new Listing(storeOf({}, asked), everybody);
    await listing.conferences(actor('alice', { uris: ['sip:Alice@Example.com', 'xmpp:alice@example.org'] }), '', 10);
    await listing.conferences(operator, '', 10);
    expect(asked[0]?.names).toEqual(
      expect.arrayContaining([
        'xcon-userid:alice@localhost',
        'sip:alice@example.com',
        '*@example.com',
        'sip:*@example.com',
        'xmpp:*@example.org',
      ]),
    );
    expect(asked.map(({ everything }) => everything)).toEqual([false, true]);
  });

  it('pages end where the limit says, and say whether there is more; what may not be seen takes no place', async () => {
    const conferences = Array.from({ length: 450 }, (_, index) =>
      conference(head(String(index).padStart(3, '0'), index % 2 === 0 ? open : secret)),
    );
    const listing = new Listing(storeOf({ conferences }), everybody);
    const found: string[] = [];
    let after = '';
    for (let more = true; more;) {
      const page = await listing.conferences(actor('alice'), after, 70);
      expect(page.objects.length).toBeLessThanOrEqual(70);
      found.push(...uris(page));
      after = page.objects.at(-1)?.head.id ?? '';
      more = page.more;
    }
    expect(found).toHaveLength(225);
    expect(new Set(found).size).toBe(225);
  });

  it('CONF-023 each object comes with its document, filtered, with how many are in it', async () => {
    const conferences = [
      conference(
        head('a', `${open}<users><xcon:deny-users-list><xcon:target uri="sip:x@y"/></xcon:deny-users-list></users>`),
        { userCount: 5 },
      ),
    ];
    const [listed] = (await new Listing(storeOf({ conferences }), everybody).conferences(actor('alice'), '', 10))
      .objects;
    if (listed === undefined) throw new Error('nothing listed');
    expect(schemaFaults(listed.document)).toBe('');
    const state = childElement(listed.document, namespaces.info, 'conference-state');
    const count = childElement(state, namespaces.info, 'user-count');
    expect(count === undefined ? '' : textOf(count)).toBe('5');
    expect(childElement(listed.document, namespaces.info, 'users')).toBeUndefined();
    expect(attributeOf(listed.document, 'entity')).toBe('xcon:a@localhost');
    const blueprints = [head('b', '', { kind: 'blueprint', document: blueprintDocument('default', 'localhost') })];
    const [blueprint] = (await new Listing(storeOf({ blueprints }), everybody).blueprints(actor('alice'), '', 10))
      .objects;
    expect(blueprint && schemaFaults(blueprint.document)).toBe('');
  });

  it('CCMP-082 SIDE-012 of the sidebars of a conference a user sees those it may know of', async () => {
    const forBob =
      '<users><xcon:allowed-users-list><xcon:target uri="sip:bob@localhost" method="dial-in"/></xcon:allowed-users-list></users>';
    const begun = '<conference-state><active>true</active></conference-state>';
    const sidebars = [
      testSidebar('s1', 'sidebar-by-ref', begun + forBob),
      testSidebar('s2', 'sidebar-by-ref', open + begun),
      testSidebar('s3', 'sidebar-by-ref', open),
    ];
    const main = testConference(open, { sidebars: new Map(sidebars.map((one) => [one.id, one])) });
    const store = storeOf({
      sidebars: sidebars.map(({ id, document, view }) => head(id, '', { kind: 'sidebar-by-ref', document, view })),
    });
    const listing = new Listing(store, everybody);
    const seen = async (who: Actor): Promise<string[]> =>
      uris(await listing.sidebars(main, 'sidebar-by-ref', who, '', 10));
    expect(await seen(actor('carol'))).toEqual(['xcon:s2@localhost']);
    expect(await seen(actor('bob'))).toEqual(['xcon:s1@localhost', 'xcon:s2@localhost']);
    expect(await seen(operator)).toHaveLength(3);
  });
});
