import { attributeOf, childElements, type XmlElement } from '@plenary/wire/xml';
import { describe, expect, it } from 'vitest';
import { CcmpUser, done } from '../raw/ccmp-user.js';
import { described, inDocument, mediaIn } from '../raw/conference.js';
import { documentIn, Subscription, xconInfo } from '../raw/subscription.js';
import { useSystem } from '../raw/system.js';
import { xconDocumentFaults } from '../raw/xcon-schema.js';

const system = useSystem();
const user = (name: string): CcmpUser => new CcmpUser(system.stack.address('ccmp', 'CCMP'), name);
const idOf = (name: string): string => `xcon-userid:${name}@localhost`;
const media = (entries: string): string => described(`<info:available-media>${entries}</info:available-media>`);
const roles = (...names: readonly string[]): string =>
  `<info:roles>${names.map((name) => `<info:entry>${name}</info:entry>`).join('')}</info:roles>`;

describe('places of work', () => {
  const board = (uri: string, more = ''): string =>
    media(
      `<info:entry label="900"><info:display-text>Board</info:display-text><info:type>application</info:type><chat:collaboration kind="whiteboard" uri="${uri}"${more}/></info:entry>`,
    );
  const entryOf = (document: XmlElement, label: string): XmlElement | undefined => {
    const entries = inDocument(document, 'conference-description', 'available-media');
    return entries === undefined
      ? undefined
      : childElements(entries).find((entry) => attributeOf(entry, 'label') === label);
  };
  const placeIn = (document: XmlElement): string | undefined => {
    const place = inDocument(entryOf(document, '900'), 'collaboration');
    return place === undefined ? undefined : attributeOf(place, 'uri');
  };

  it('COLLAB-001 COLLAB-002 a whiteboard is one more medium: added, changed, removed by its label', async () => {
    const operator = user('operator');
    const room = await operator.room('default');
    const before = mediaIn(await operator.document(room));
    await operator.update(room, board('https://board.example/1'));
    const document = await operator.document(room);
    expect(mediaIn(document)).toEqual([...before, { label: '900', type: 'application' }]);
    expect(placeIn(document)).toBe('https://board.example/1');
    expect(xconDocumentFaults(document)).toEqual([]);
    await operator.update(room, board('https://board.example/2'));
    expect(placeIn(await operator.document(room))).toBe('https://board.example/2');
    const added = await operator.tryUpdate(
      room,
      media(
        '<info:entry label="AUTO_GENERATE_2"><info:type>application</info:type><chat:collaboration kind="screen" uri="https://screen.example/"/></info:entry>',
      ),
    );
    expect(added.code).toBe(200);
    expect(mediaIn(await operator.document(room))).toHaveLength(before.length + 2);
    expect((await user('mallory').tryUpdate(room, board('https://evil.example/'))).code).toBe(401);
    await operator.update(room, media('<info:entry label="900"/>'));
    expect(entryOf(await operator.document(room), '900')).toBeUndefined();
    const alice = await system.join(room.uri, 'alice');
    expect((await alice.say('chat goes on')).status).toBe(200);
  });

  it('COLLAB-003 where it is is told to those whose role may use it: an observer, or another role, is not told', async () => {
    const operator = user('operator');
    const room = await operator.room('default', board('https://board.example/secret'));
    await user('obs').ask('confs', { operation: 'retrieve' });
    done(
      await operator.addUser(
        room,
        idOf('obs'),
        `${roles('observer')}<info:endpoint entity="sip:obs@192.0.2.1"><info:joining-method>dialed-in</info:joining-method></info:endpoint>`,
      ),
    );
    await system.join(room.uri, 'obs');
    await system.join(room.uri, 'alice');
    expect(placeIn(await user('alice').document(room))).toBe('https://board.example/secret');
    const observed = await user('obs').document(room);
    expect(mediaIn(observed)).toContainEqual({ label: '900', type: 'application' });
    expect(JSON.stringify(observed)).not.toContain('board.example');
    const told = await Subscription.open(await system.caller('obs'), room.uri, { accept: xconInfo });
    const notified = await told.notify();
    expect(attributeOf(documentIn(notified), 'entity')).toBe(room.id);
    expect(notified.body).not.toContain('board.example');

    await operator.update(room, board('https://board.example/secret', ' roles="moderator"'));
    expect(placeIn(await user('alice').document(room))).toBeUndefined();
    done(await operator.updateUser(room, idOf('alice'), roles('moderator')));
    expect(placeIn(await user('alice').document(room))).toBe('https://board.example/secret');
    await operator.update(room, board('https://board.example/secret', ' roles="observer participant"'));
    expect(placeIn(await user('obs').document(room))).toBe('https://board.example/secret');
  });
});
