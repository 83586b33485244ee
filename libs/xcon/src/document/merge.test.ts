import { readFileSync } from 'node:fs';
import { attributeOf, type XmlElement } from '@plenary/wire/xml';
import { describe, expect, it } from 'vitest';
import { formatDocument, readFragment } from './format.js';
import { mergeDocument } from './merge.js';
import { checked, conference, fragment } from './testing.js';

const whole = checked(
  conference(`<conference-description xml:lang="en"><display-text>Old</display-text><subject>Old</subject>
    <keywords>a b</keywords>
    <conf-uris><entry><uri>sip:a@b</uri><purpose>participation</purpose><xcon:conference-password>1</xcon:conference-password></entry>
      <entry><uri>tel:+1</uri></entry></conf-uris>
    <maximum-user-count>5</maximum-user-count>
    <available-media><entry label="1"><display-text>chat</display-text><type>message</type></entry>
      <entry label="2"><type>audio</type><xcon:controls><xcon:gain>3</xcon:gain></xcon:controls></entry></available-media>
    <chat:room-policy moderated="true" quarantine="PT5M"/></conference-description>
    <conference-state><active>true</active><chat:logging active="true"/></conference-state>
    <users><user entity="x:1" xcon:nickname="Al"><display-text>A</display-text><roles><entry>moderator</entry><entry>user</entry></roles>
      <endpoint entity="e1"><status>connected</status><media id="1"><status>sendrecv</status></media><media id="2"><type>audio</type></media></endpoint>
      <endpoint entity="e2"/></user>
      <user entity="x:2"/>
      <xcon:join-handling>allow</xcon:join-handling>
      <xcon:allowed-users-list><xcon:target uri="sip:a@b" method="dial-in"/><xcon:target uri="sip:c@d" method="refer"/></xcon:allowed-users-list>
      <xcon:deny-users-list><xcon:target uri="sip:x@y"/></xcon:deny-users-list></users>
    <xcon:floor-information><xcon:conference-floor-policy><xcon:floor id="1"><xcon:media-label>1</xcon:media-label></xcon:floor>
      <xcon:floor id="2"><xcon:media-label>2</xcon:media-label><xcon:max-floor-users>1</xcon:max-floor-users></xcon:floor>
      </xcon:conference-floor-policy></xcon:floor-information>`),
);

function text(element: XmlElement): string {
  return formatDocument(element).replaceAll(/ xmlns(?::\w+)?="[^"]*"/gu, '');
}

function merge(content: string): { text: string; touched: readonly string[]; changed: readonly string[] } {
  const change = checked(conference(content), 'conference-info', 'change');
  const { merged, touched, changed } = mergeDocument(whole, change, 'conference-info');
  return { text: text(checked(merged)), touched, changed };
}

const before = text(whole);

describe('CCMP-033 scalars', () => {
  it('CCMP-070 a text takes the place of the old one', () => {
    const { text: after, touched } = merge('<conference-description><subject>New</subject></conference-description>');
    expect(after).toBe(before.replace('<subject>Old<', '<subject>New<'));
    expect(touched).toEqual(['/conference-description/subject']);
  });

  it('a new text stands where the schema has it', () => {
    expect(merge('<conference-description><free-text>F</free-text></conference-description>').text).toBe(
      before.replace('<keywords>', '<free-text>F</free-text><keywords>'),
    );
  });

  it('CCMP-070 an empty element removes the old one', () => {
    const { text: after, changed } = merge(
      '<conference-description><subject/><conf-uris/><chat:room-policy/></conference-description>',
    );
    expect(after).not.toMatch(/subject|conf-uris|room-policy/u);
    expect(changed).toEqual([
      '/conference-description/subject',
      '/conference-description/conf-uris',
      '/conference-description/room-policy',
    ]);
  });

  it('the same text is named and not changed', () => {
    expect(merge('<conference-description><subject>Old</subject><free-text/></conference-description>')).toMatchObject({
      text: before,
      touched: ['/conference-description/subject', '/conference-description/free-text'],
      changed: [],
    });
  });

  it('the parts that hold all others are never removed', () => {
    expect(merge('<conference-description/><conference-state/><users/>')).toMatchObject({ text: before, touched: [] });
  });
});

describe('CCMP-033 attributes', () => {
  it('take the place of the old ones, and an empty one removes', () => {
    const { text: after, touched } = merge(
      '<conference-description><chat:room-policy moderated="false" quarantine="" secret="true"/></conference-description>',
    );
    expect(after).toContain('<chat:room-policy secret="true" moderated="false"/>');
    expect(touched.toSorted()).toEqual(
      ['moderated', 'quarantine', 'secret'].map((name) => `/conference-description/room-policy/@${name}`),
    );
  });

  it('identifier and version of the conference stay', () => {
    const change = checked(fragment('<confInfo entity="xcon:9@z" version="4"/>'), 'conference-info', 'change');
    const { merged, touched } = mergeDocument(whole, change, 'conference-info');
    expect(attributeOf(merged, 'entity')).toBe('xcon:1@example.com');
    expect(attributeOf(merged, 'version')).toBeUndefined();
    expect(touched).toEqual([]);
  });
});

describe('CCMP-033 lists with a key', () => {
  it('available-media by label: merged, added, removed', () => {
    const { text: after, touched } = merge(
      `<conference-description><available-media><entry label="2"><xcon:controls><xcon:mute>true</xcon:mute></xcon:controls></entry>
        <entry label="1"/><entry label="3"><type>video</type></entry></available-media></conference-description><xcon:floor-information/>`,
    );
    expect(after).toContain(
      '<available-media><entry label="2"><type>audio</type><xcon:controls><xcon:mute>true</xcon:mute><xcon:gain>3</xcon:gain>' +
        '</xcon:controls></entry><entry label="3"><type>video</type></entry></available-media>',
    );
    expect(touched).toEqual([
      "/conference-description/available-media/entry[@label='2']/controls/mute",
      "/conference-description/available-media/entry[@label='1']",
      "/conference-description/available-media/entry[@label='3']",
      '/floor-information',
    ]);
  });

  it('conf-uris by uri; passwords, which have no key, are replaced together', () => {
    const { text: after, touched } = merge(
      `<conference-description><conf-uris><entry><uri>sip:a@b</uri><xcon:conference-password>2</xcon:conference-password></entry>
        <entry><uri>tel:+1</uri></entry><entry><uri>tel:+2</uri></entry></conf-uris></conference-description>`,
    );
    expect(after).toContain(
      '<conf-uris><entry><uri>sip:a@b</uri><purpose>participation</purpose><xcon:conference-password>2</xcon:conference-password>' +
        '</entry></conf-uris>',
    );
    expect(touched).toContain("/conference-description/conf-uris/entry[uri='sip:a@b']/conference-password");
    expect(touched).not.toContain("/conference-description/conf-uris/entry[uri='tel:+2']");
    expect(
      merge(
        '<conference-description><conf-uris><entry><uri>sip:a@b</uri><xcon:conference-password/></entry></conf-uris></conference-description>',
      ).text,
    ).not.toContain('conference-password');
  });

  it('user by entity: merged, added, and never removed', () => {
    const { text: after, touched } = merge(
      '<users><user entity="x:2"/><user entity="x:1"><display-text/></user><user entity="x:3"/></users>',
    );
    expect(after).toContain('<user entity="x:2"/><user entity="x:3"/>');
    expect(after).not.toContain('<display-text>A<');
    expect(touched).toEqual(["/users/user[@entity='x:1']/display-text", "/users/user[@entity='x:3']"]);
  });

  it('endpoint by entity, media by id', () => {
    const { text: after, touched } = merge(
      `<users><user entity="x:1"><endpoint entity="e2"/><endpoint entity="e1"><media id="1"><status>recvonly</status></media>
        <media id="2"/></endpoint><endpoint entity="e3"><status>pending</status></endpoint></user></users>`,
    );
    expect(after).toContain(
      '<endpoint entity="e1"><status>connected</status><media id="1"><status>recvonly</status></media></endpoint>' +
        '<endpoint entity="e3"><status>pending</status></endpoint></user>',
    );
    expect(touched).toContain("/users/user[@entity='x:1']/endpoint[@entity='e1']/media[@id='1']/status");
  });

  it('floor by id', () => {
    const { text: after } = merge(
      `<xcon:floor-information><xcon:conference-floor-policy><xcon:floor id="1"/><xcon:floor id="2"><xcon:max-floor-users/></xcon:floor>
        </xcon:conference-floor-policy></xcon:floor-information>`,
    );
    expect(after).toContain(
      '<xcon:conference-floor-policy><xcon:floor id="2"><xcon:media-label>2</xcon:media-label></xcon:floor></xcon:conference-floor-policy>',
    );
  });

  it('nothing of a list is left where its last entry was removed', () => {
    expect(
      merge(
        '<conference-description><available-media><entry label="1"/><entry label="2"/></available-media></conference-description><xcon:floor-information/>',
      ).text,
    ).not.toContain('available-media');
  });
});

describe('CCMP-033 lists that are replaced whole', () => {
  it.each([
    [
      'allowed-users-list',
      '<users><xcon:allowed-users-list><xcon:target uri="sip:n@n" method="dial-out"/></xcon:allowed-users-list></users>',
      '<xcon:allowed-users-list><xcon:target uri="sip:n@n" method="dial-out"/></xcon:allowed-users-list>',
      '/users/allowed-users-list',
    ],
    [
      'deny-users-list',
      '<users><xcon:deny-users-list><xcon:target uri="sip:n@n"/></xcon:deny-users-list></users>',
      '<xcon:deny-users-list><xcon:target uri="sip:n@n"/></xcon:deny-users-list>',
      '/users/deny-users-list',
    ],
    [
      'service-uris',
      '<conference-description><service-uris><entry><uri>http://a</uri></entry></service-uris></conference-description>',
      '<service-uris><entry><uri>http://a</uri></entry></service-uris>',
      '/conference-description/service-uris',
    ],
    [
      'roles',
      '<users><user entity="x:1"><roles><entry>observer</entry></roles></user></users>',
      '<roles><entry>observer</entry></roles>',
      "/users/user[@entity='x:1']/roles",
    ],
    [
      'keywords',
      '<conference-description><keywords>c</keywords></conference-description>',
      '<keywords>c</keywords>',
      '/conference-description/keywords',
    ],
  ])('%s', (_name, content, expected, path) => {
    const { text: after, changed } = merge(content);
    expect(after).toContain(expected);
    expect(changed).toEqual([path]);
  });
});

it('a part has paths from the conference down', () => {
  const user = checked(fragment(`<user entity="sip:o'hara@b"><roles><entry>user</entry></roles></user>`), 'user');
  const change = checked(fragment('<userInfo nickname="B"><roles/></userInfo>'), 'user', 'change');
  const { merged, touched } = mergeDocument(user, change, 'user');
  expect(text(merged)).toBe(`<user entity="sip:o'hara@b" xcon:nickname="B"/>`);
  expect(touched).toEqual([
    `/users/user[@entity="sip:o'hara@b"]/@nickname`,
    `/users/user[@entity="sip:o'hara@b"]/roles`,
  ]);
  const users = checked(fragment('<users><user entity="x:1"/></users>'), 'users');
  const policy = checked(fragment('<users><xcon:join-handling>block</xcon:join-handling></users>'), 'users', 'change');
  expect(mergeDocument(users, policy, 'users').touched).toEqual(['/users/join-handling']);
});

it('a document that is merged with itself stays as it is', () => {
  const file = new URL('../../../../test/vectors/rfc6501/01-conference-info.xml', import.meta.url);
  const read = readFragment(readFileSync(file, 'utf8'));
  if (!read.ok) throw read.error;
  const document = checked(read.value);
  expect(mergeDocument(document, document, 'conference-info')).toMatchObject({ merged: document, changed: [] });
});
