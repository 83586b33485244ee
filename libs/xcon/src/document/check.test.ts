import { attributeOf, childElement, type XmlElement } from '@plenary/wire/xml';
import { describe, expect, it } from 'vitest';
import { namespaces } from '../namespaces.js';
import { checkDocument, type CheckMode } from './check.js';
import { formatDocument } from './format.js';
import { defaultDocumentLimits, type DocumentLimits } from './limits.js';
import type { DocumentPart } from './schema.table.js';
import { checked, conference, fragment } from './testing.js';

/** What comes out for one piece of a conference document, as text without its declarations. */
function out(content: string, mode: CheckMode = 'whole'): string {
  return inner(checked(conference(content), 'conference-info', mode));
}

function inner(element: XmlElement): string {
  return element.children
    .map((child) => (typeof child === 'string' ? child : formatDocument(child)))
    .join('')
    .replaceAll(/ xmlns(?::\w+)?="[^"]*"/gu, '');
}

/** Code and place of the refusal. */
function refusal(
  element: XmlElement,
  mode: CheckMode = 'whole',
  part: DocumentPart = 'conference-info',
  limits?: DocumentLimits,
): string {
  const result = checkDocument(element, part, mode, limits);
  return result.ok ? 'accepted' : `${result.error.code} ${result.error.path}`;
}

const media = (entries: string): string =>
  `<conference-description><available-media>${entries}</available-media></conference-description>`;
const floor = (content: string): string =>
  `<xcon:floor-information><xcon:conference-floor-policy><xcon:floor id="1">${content}</xcon:floor>` +
  '</xcon:conference-floor-policy></xcon:floor-information>';

describe('what is left out', () => {
  it('CONF-024 elements and attributes of unknown namespaces', () => {
    expect(
      out(
        '<other:a/><conference-description other:b="1"><other:c><subject/></other:c><subject>x<other:d/></subject>' +
          '</conference-description><users><user entity="x:1"><roles><other:e/><entry>user</entry></roles></user></users>',
      ),
    ).toBe(
      '<conference-description><subject>x</subject></conference-description>' +
        '<users><user entity="x:1"><roles><entry>user</entry></roles></user></users>',
    );
  });

  it('CONF-024 unknown elements of the standard namespaces, where the schema is open', () => {
    expect(out('<users><xcon:new-list><xcon:item/></xcon:new-list></users><conference-uris/>', 'change')).toBe(
      '<users/>',
    );
    expect(refusal(conference('<users><user entity="x:1"><roles><role>user</role></roles></user></users>'))).toBe(
      "document-invalid /users/user[@entity='x:1']/roles/role",
    );
  });

  it('attributes of notifications, and others that have no name in the model', () => {
    const document = fragment(
      '<x entity="xcon:1@a" state="full" version="7" foo="bar"><users state="partial"><user entity="x:1" state="full"/></users></x>',
    );
    const { attributes, children } = checked(document);
    expect(attributes.map(({ name }) => name)).toEqual(['entity', 'version']);
    expect(inner({ ...document, children })).toBe('<users><user entity="x:1"/></users>');
  });

  it('empty optional elements of a whole document', () => {
    expect(out('<conference-description><subject/><conf-uris/></conference-description><users/>')).toBe('');
    expect(out('<conference-description><subject/></conference-description>', 'change')).toBe(
      '<conference-description><subject/></conference-description>',
    );
  });
});

describe('tolerances', () => {
  it.each([
    ['a nickname without namespace', '<users><user entity="x:1" nickname="Al"/></users>', 'xcon:nickname="Al"'],
    [
      'email',
      '<users><xcon:allowed-users-list><xcon:persistent-list><xcon:user name="a" nickname="" id="b"><xcon:email>a@b</xcon:email>' +
        '</xcon:user></xcon:persistent-list></xcon:allowed-users-list></users>',
      '<xcon:e-mail>a@b</xcon:e-mail>',
    ],
    [
      'the method "dial out"',
      '<users><xcon:allowed-users-list><xcon:target uri="sip:a@b" method="dial out"/></xcon:allowed-users-list></users>',
      'method="dial-out"',
    ],
    [
      'the method "dial in"',
      '<users><xcon:allowed-users-list><xcon:target uri="sip:a@b" method="dial in"/></xcon:allowed-users-list></users>',
      'method="dial-in"',
    ],
    [
      'a target without method',
      '<users><xcon:allowed-users-list><xcon:target uri="sip:a@b"/></xcon:allowed-users-list></users>',
      '<xcon:target uri="sip:a@b" method="dial-in"/>',
    ],
    [
      'the anonymity "anonymous"',
      '<users><user entity="x:1"><xcon:provide-anonymity>anonymous</xcon:provide-anonymity></user></users>',
      '<xcon:provide-anonymity>private</xcon:provide-anonymity>',
    ],
    ['the media type "text"', media('<entry label="1"><type>text</type></entry>'), '<type>message</type>'],
    [
      'the media type "text" of a stream',
      '<users><user entity="x:1"><endpoint entity="y"><media id="1"><type>text</type></media></endpoint></user></users>',
      '<type>message</type>',
    ],
    [
      'booleans in other spellings',
      '<conference-state><active> TRUE </active><locked>0</locked></conference-state>',
      '<active>true</active><locked>false</locked>',
    ],
    [
      'zeros before a number',
      '<conference-state><user-count>+007</user-count></conference-state>',
      '<user-count>7</user-count>',
    ],
    [
      'white space around values',
      '<conference-description><subject>\n  a  b \n</subject></conference-description>',
      '<subject>a  b</subject>',
    ],
    [
      'identifiers in capitals',
      '<users><user entity=" XCON-USERID:Alice@Example.com "/></users>',
      'entity="xcon-userid:alice@example.com"',
    ],
    [
      'several languages, of which the first stays',
      '<users><user entity="x:1"><languages>en de</languages></user></users>',
      '<languages>en</languages>',
    ],
    [
      'another order',
      '<users><xcon:join-handling>allow</xcon:join-handling><user entity="x:1"><roles><entry>user</entry></roles>' +
        '<display-text>A</display-text></user></users><conference-state><locked>true</locked><active>true</active></conference-state>',
      '<conference-state><active>true</active><locked>true</locked></conference-state><users><user entity="x:1">' +
        '<display-text>A</display-text><roles><entry>user</entry></roles></user><xcon:join-handling>allow</xcon:join-handling></users>',
    ],
    [
      'a sidebar-parent under users, which is left out',
      '<users><xcon:sidebar-parent>xcon:2@a</xcon:sidebar-parent><user entity="x:1"/></users>',
      '<users><user entity="x:1"/></users>',
    ],
    [
      'a floor under an endpoint, which is left out',
      '<users><user entity="x:1"><endpoint entity="y"><xcon:floor id="1">true</xcon:floor></endpoint></user></users>',
      '<endpoint entity="y"/>',
    ],
  ])('%s', (_what, content, expected) => {
    expect(out(content)).toContain(expected);
  });
});

describe('faults', () => {
  it.each([
    ['a document without entity', fragment('<x/>'), '/@entity'],
    ['an element twice', conference('<users><user entity="a"/></users><users><user entity="b"/></users>'), '/users'],
    [
      'a key twice',
      conference('<users><user entity="xcon-userid:A@b"/><user entity="xcon-userid:a@b"/></users>'),
      "/users/user[@entity='xcon-userid:a@b']",
    ],
    ['text between elements', conference('<users>x</users>'), '/users'],
    [
      'an element in a text',
      conference('<conference-state><active><locked/>true</active></conference-state>'),
      '/conference-state/active/locked',
    ],
    [
      'an element of the model in another place',
      conference('<conference-state><roles/></conference-state>'),
      '/conference-state/roles',
    ],
    ['an extension element nobody knows', conference('<chat:unknown/>'), '/unknown'],
    [
      'an extension attribute nobody knows',
      conference('<conference-description><chat:room-policy moderatd="true"/></conference-description>'),
      '/conference-description/room-policy/@moderatd',
    ],
    [
      'an extension attribute in another place',
      conference('<users><user entity="x:1" chat:nickname="a"/></users>'),
      "/users/user[@entity='x:1']/@nickname",
    ],
    [
      'a value of an extension attribute',
      conference('<conference-description><chat:room-policy quarantine="5 minutes"/></conference-description>'),
      '/conference-description/room-policy/@quarantine',
    ],
    [
      'a number too small',
      conference('<conference-description><maximum-user-count>-1</maximum-user-count></conference-description>'),
      '/conference-description/maximum-user-count',
    ],
    [
      'an unknown word',
      conference('<users><xcon:join-handling>maybe</xcon:join-handling></users>'),
      '/users/join-handling',
    ],
    ['an empty value', conference('<users><xcon:join-handling/></users>'), '/users/join-handling'],
    [
      'a medium without type',
      conference(media('<entry label="1"/>')),
      "/conference-description/available-media/entry[@label='1']/type",
    ],
    [
      'a stream whose id is no integer',
      conference('<users><user entity="x:1"><endpoint entity="y"><media id="a"/></endpoint></user></users>'),
      "/users/user[@entity='x:1']/endpoint[@entity='y']/media[@id='a']/@id",
    ],
    ['a URI with blanks', conference('<users><user entity="a b"/></users>'), "/users/user[@entity='a b']/@entity"],
    [
      'a mixing offset without required participant',
      conference(
        '<conference-description><xcon:conference-time><xcon:entry><xcon:base>BEGIN:VEVENT\nDTSTART:20270104T090000Z\nEND:VEVENT</xcon:base>' +
          '<xcon:mixing-start-offset>2027-01-04T09:00:00Z</xcon:mixing-start-offset></xcon:entry></xcon:conference-time></conference-description>',
      ),
      '/conference-description/conference-time/entry/mixing-start-offset/@required-participant',
    ],
  ])('%s', (_what, document, path) => {
    expect(refusal(document)).toBe(`document-invalid ${path}`);
  });

  it('CONF-014 a conference time whose base is no iCalendar object', () => {
    expect(
      refusal(
        conference(
          '<conference-description><xcon:conference-time><xcon:entry><xcon:base>at nine</xcon:base></xcon:entry>' +
            '</xcon:conference-time></conference-description>',
        ),
      ),
    ).toBe('document-invalid /conference-description/conference-time/entry/base');
  });

  it.each(['service-uris', 'available-media'])('CONF-025 a conference-password in %s', (list) => {
    const password = '<xcon:conference-password>8601</xcon:conference-password>';
    expect(
      refusal(
        conference(
          `<conference-description><${list}><entry label="1"><uri>sip:a@b</uri>${password}</entry></${list}></conference-description>`,
        ),
        'change',
      ),
    ).toMatch(/^document-invalid .*\/(?:conference-password|uri)$/u);
    expect(refusal(conference(`<users>${password}</users>`))).toBe('document-invalid /users/conference-password');
    expect(
      out(
        `<conference-description><conf-uris><entry><uri>sip:a@b</uri>${password}</entry></conf-uris></conference-description>`,
      ),
    ).toContain(password);
  });
});

describe('floors', () => {
  const labels = media('<entry label="1"><type>message</type></entry>');

  it('FLOOR-001 are kept as they are', () => {
    const content = `${labels}${floor('<xcon:media-label>1</xcon:media-label><xcon:max-floor-users>1</xcon:max-floor-users>')}`;
    expect(out(content)).toBe(content);
  });

  it('FLOOR-002 need a label of the available media, and a moderator where one decides', () => {
    const at = 'document-invalid /floor-information/conference-floor-policy/floor';
    expect(refusal(conference(`${labels}${floor('<xcon:media-label>2</xcon:media-label>')}`))).toBe(
      `${at}/media-label`,
    );
    expect(refusal(conference(floor('<xcon:media-label>2</xcon:media-label>')))).toBe('accepted');
    expect(refusal(conference(floor('<xcon:max-floor-users>1</xcon:max-floor-users>')))).toBe(
      `${at}[@id='1']/media-label`,
    );
    const moderated = '<xcon:media-label>1</xcon:media-label><xcon:algorithm>moderator-controlled</xcon:algorithm>';
    expect(refusal(conference(`${labels}${floor(moderated)}`))).toBe(`${at}/moderator-id`);
    expect(refusal(conference(`${labels}${floor(`${moderated}<xcon:moderator-id>9</xcon:moderator-id>`)}`))).toBe(
      'accepted',
    );
  });
});

describe('changes', () => {
  it('may lack what is mandatory, but for the keys of entries', () => {
    expect(refusal(fragment('<confInfo/>'), 'change')).toBe('accepted');
    expect(refusal(conference(media('<entry label="1"/>')), 'change')).toBe('accepted');
    expect(refusal(conference(media('<entry><type>message</type></entry>')), 'change')).toBe(
      'document-invalid /conference-description/available-media/entry/@label',
    );
    expect(
      refusal(conference('<conference-description><conf-uris><entry/></conf-uris></conference-description>'), 'change'),
    ).toBe('document-invalid /conference-description/conf-uris/entry/uri');
  });

  it('keep empty attributes of what they remove', () => {
    const user = checked(fragment('<userInfo entity="x:1" nickname=""/>'), 'user', 'change');
    expect(user).toMatchObject({ ns: namespaces.info, name: 'user' });
    expect(attributeOf(user, 'nickname', namespaces.xcon)).toBe('');
    expect(
      attributeOf(checked(fragment('<user entity="x:1" nickname=""/>'), 'user'), 'nickname', namespaces.xcon),
    ).toBeUndefined();
  });

  it('are checked for their values', () => {
    expect(refusal(fragment('<users><xcon:join-handling>x</xcon:join-handling></users>'), 'change', 'users')).toBe(
      'document-invalid /users/join-handling',
    );
  });
});

it('the name of the root does not matter', () => {
  expect(checked(fragment('<sidebarByValInfo entity="xcon:1@a"/>'), 'sidebar').name).toBe('conference-info');
  expect(
    childElement(checked(fragment('<usersInfo><user entity="x:1"/></usersInfo>'), 'users'), namespaces.info, 'user'),
  ).toBeDefined();
});

describe('SEC-013 limits', () => {
  const small = {
    ...defaultDocumentLimits,
    depth: 5,
    elements: 7,
    users: 2,
    targets: 1,
    entries: 1,
    textLength: 5,
    attributeLength: 9,
    uriLength: 8,
  };
  it.each([
    [
      'elements in each other',
      '<users><user entity="a"><endpoint entity="b"><media id="1"><label>1</label></media></endpoint></user></users>',
      "/users/user[@entity='a']/endpoint[@entity='b']/media[@id='1']/label",
    ],
    ['users', '<users><user entity="a"/><user entity="b"/><user entity="c"/></users>', '/users/user'],
    [
      'targets',
      '<users><xcon:deny-users-list><xcon:target uri="a"/><xcon:target uri="b"/></xcon:deny-users-list></users>',
      '/users/deny-users-list/target',
    ],
    [
      'entries',
      media('<entry label="1"><type>a</type></entry><entry label="2"><type>a</type></entry>'),
      '/conference-description/available-media/entry',
    ],
    [
      'characters of a text',
      '<conference-description><subject>abcdef</subject></conference-description>',
      '/conference-description/subject',
    ],
    [
      'characters of an attribute',
      '<users><user entity="0123456789"/></users>',
      "/users/user[@entity='0123456789']/@entity",
    ],
    ['characters of a URI', '<host-info><web-page>http://aaa</web-page></host-info>', '/host-info/web-page'],
    [
      'elements',
      '<users><user entity="a"><roles><entry>user</entry></roles></user><user entity="b"><roles><entry>user</entry></roles></user></users>',
      "/users/user[@entity='b']/roles/entry",
    ],
  ])('%s', (_what, content, path) => {
    expect(refusal(fragment(`<x entity="a">${content}</x>`), 'whole', 'conference-info', small)).toBe(
      `document-too-large ${path}`,
    );
  });
});
