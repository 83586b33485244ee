import {
  attributeOf,
  childElement,
  childElements,
  childrenNamed,
  readXml,
  type XmlElement,
  writeXml,
} from '@plenary/wire/xml';
import { describe, expect, it } from 'vitest';
import { namespaces } from '../namespaces.js';
import { schemaFaults, vector } from '../testing.js';
import { applyPartial, eventMediaTypes, partialConferenceInfo, toConferenceInfo } from './index.js';

const { info, xcon, chat } = namespaces;
const written = (document: XmlElement): string => writeXml(document, { prefixes: { [info]: '', [xcon]: 'xcon' } });
const faults = (document: XmlElement): readonly string[] => schemaFaults(written(document), 'rfc6503.xsd');

function parsed(body: string): XmlElement {
  const read = readXml(
    `<conference-info xmlns="${info}" xmlns:xcon="${xcon}" xmlns:chat="${chat}" entity="xcon:room@example.com" version="7">${body}</conference-info>`,
  );
  if (!read.ok) throw read.error;
  return read.value.root;
}

const room = `
<conference-description xml:lang="en"><display-text>Agenda</display-text>
  <conf-uris><entry><uri>xcon:room@example.com</uri></entry><entry><uri>xmpp:room@muc.example.com</uri><purpose>participation</purpose></entry></conf-uris>
  <service-uris><entry><uri>sip:room@example.com</uri><purpose>event</purpose></entry></service-uris>
  <maximum-user-count>10</maximum-user-count>
  <available-media><entry label="1"><type>message</type><status>sendrecv</status><xcon:mixing-mode>automatic</xcon:mixing-mode></entry></available-media>
  <xcon:allow-sidebars>true</xcon:allow-sidebars><chat:room-policy secret="false"/>
</conference-description>
<conference-state><user-count>2</user-count><active>true</active><locked>false</locked><chat:logging active="true"/></conference-state>
<users>
  <user entity="xcon-userid:alice@example.com" xcon:nickname="Ali" state="full">
    <display-text>Alice</display-text>
    <associated-aors><entry><uri>sip:alice@example.com</uri></entry><entry><uri>mailto:alice@example.com</uri></entry></associated-aors>
    <roles><entry>moderator</entry></roles>
    <endpoint entity="kX1"><status>connected</status><joining-method>dialed-in</joining-method>
      <media id="1"><type>message</type><label>1</label><status>recvonly</status><xcon:to-mixer/></media>
      <chat:contact uri="sip:alice@192.0.2.1"/></endpoint>
    <xcon:provide-anonymity>false</xcon:provide-anonymity>
  </user>
  <user entity="xcon-userid:bob@example.com" xcon:nickname="">
    <associated-aors><entry><uri>sip:bob@example.com</uri></entry></associated-aors>
    <endpoint entity="sip:bob@phone.example.com"><status>dialing-out</status></endpoint>
  </user>
  <user entity="xcon-userid:member@example.com"><roles><entry>participant</entry></roles></user>
  <xcon:join-handling>allow</xcon:join-handling>
</users>
<sidebars-by-val><entry entity="xcon:side@example.com"><conference-description>
  <conf-uris><entry><uri>xcon:side@example.com</uri></entry><entry><uri>sip:side@example.com</uri></entry></conf-uris></conference-description><xcon:floor-information/></entry></sidebars-by-val>
<xcon:floor-information/>`;

const made = toConferenceInfo(parsed(room), { conferenceUri: 'sip:room@example.com', state: 'full', version: 3 });
const users = childrenNamed(childElement(made, info, 'users'), info, 'user');

describe('the document for subscribers of RFC 4575', () => {
  it('NOTIF-002 EVT-010 root, order and types are the schema’s', () => {
    expect(made.attributes.map(({ name, value }) => `${name}=${value}`)).toEqual([
      'entity=sip:room@example.com',
      'state=full',
      'version=3',
    ]);
    expect(faults(made)).toEqual([]);
    expect(eventMediaTypes.conferenceInfo).toBe('application/conference-info+xml');
  });

  it('NOTIF-002 nothing that RFC 4575 does not define, but the nickname', () => {
    const text = written(made);
    expect(text).not.toContain(chat);
    expect(text.match(/xcon:[\w-]+/gu)).toEqual(['xcon:nickname']);
    expect(text).not.toMatch(/<xcon:/u);
  });

  it('EVT-016 users are named by the URI that reaches them, endpoints by their contact', () => {
    expect(users.map((user) => attributeOf(user, 'entity'))).toEqual(['sip:alice@example.com', 'sip:bob@example.com']);
    const endpoints = users.flatMap((user) => childrenNamed(user, info, 'endpoint'));
    expect(endpoints.map((endpoint) => attributeOf(endpoint, 'entity'))).toEqual([
      'sip:alice@192.0.2.1',
      'sip:bob@phone.example.com',
    ]);
    const aors = childElement(users[0], info, 'associated-aors');
    expect(childrenNamed(aors, info, 'entry')).toHaveLength(1);
    expect(childElement(users[1], info, 'associated-aors')).toBeUndefined();
  });

  it('EVT-016 keys stay apart where two would be the same', () => {
    const twice = parsed(`<users>
      <user entity="xcon-userid:a@b"><associated-aors><entry><uri>sip:x@b</uri></entry></associated-aors>
        <endpoint entity="k1"><chat:contact uri="sip:x@d"/></endpoint><endpoint entity="k2"><chat:contact uri="sip:x@d"/></endpoint></user>
      <user entity="xcon-userid:c@b"><associated-aors><entry><uri>sip:x@b</uri></entry></associated-aors><endpoint entity="k3"/></user>
      <user entity="xcon-userid:d@b"><endpoint entity="k4"/></user></users>`);
    const text = written(toConferenceInfo(twice, { conferenceUri: 'sip:r@b', state: 'full', version: 0 }));
    expect([...text.matchAll(/(?:user|endpoint) entity="([^"]*)"/gu)].map(([, entity]) => entity)).toEqual([
      'sip:x@b',
      'sip:x@d',
      'k2',
      'xcon-userid:c@b',
      'k3',
      'xcon-userid:d@b',
      'k4',
    ]);
  });

  it('EVT-017 the nickname is on <user>, absent when there is none', () => {
    expect(users.map((user) => attributeOf(user, 'nickname', xcon))).toEqual(['Ali', undefined]);
  });

  it('EVT-018 a muted endpoint shows its media as it is', () => {
    const endpoint = childElement(users[0], info, 'endpoint');
    const media = childElement(endpoint, info, 'media');
    expect(childElement(endpoint, info, 'joining-method')?.children).toEqual(['dialed-in']);
    expect(
      childElements(media as XmlElement).map(({ name, children }) => `${name}=${JSON.stringify(children)}`),
    ).toEqual(['type=["message"]', 'label=["1"]', 'status=["recvonly"]']);
  });

  it('EVT-021 description, URIs, media and state are there; the XCON-URI is not', () => {
    const text = written(made);
    for (const part of [
      '<display-text>Agenda</display-text>',
      '<uri>xmpp:room@muc.example.com</uri><purpose>participation</purpose>',
      '<purpose>event</purpose>',
      '<maximum-user-count>10</maximum-user-count>',
      '<entry label="1"><type>message</type><status>sendrecv</status></entry>',
      '<user-count>2</user-count><active>true</active><locked>false</locked>',
      '<entry entity="sip:side@example.com">',
    ])
      expect(text).toContain(part);
    expect(text).not.toContain('xcon:room@');
    const only = parsed(
      '<conference-description><conf-uris><entry><uri>xcon:a@b</uri></entry></conf-uris></conference-description>',
    );
    const small = toConferenceInfo(only, { conferenceUri: 'sip:a@b', state: 'full', version: 0 });
    expect(written(small)).toContain('<conference-description/>');
    expect(faults(small)).toEqual([]);
  });
});

describe('RFC 4575 §7', () => {
  const document = (name: string): XmlElement => {
    const read = readXml(vector(`rfc4575/${name}`));
    if (!read.ok) throw read.error;
    return read.value.root;
  };

  it('§7.1 is a full document and stands for itself', () => {
    const full = document('01-conference-info.xml');
    const applied = applyPartial(undefined, full);
    expect(applied.ok && partialConferenceInfo(full, applied.value, 2)).toBeUndefined();
  });

  it('§7.2 is partial: it needs what it goes on from', () => {
    const received = document('02-conference-info.xml');
    expect(applyPartial(undefined, received)).toMatchObject({ error: { code: 'version-gap' } });
    const attributes = [
      { ns: '', name: 'entity', value: 'sips:conf233@example.com' },
      { ns: '', name: 'state', value: 'full' },
      { ns: '', name: 'version', value: '4' },
    ];
    const applied = applyPartial({ ...received, attributes, children: [] }, received);
    if (!applied.ok) throw applied.error;
    expect(attributeOf(applied.value, 'version')).toBe('5');
    expect(written(applied.value)).not.toContain('partial');
    expect(faults(applied.value)).toEqual([]);
  });
});

it.each(['rfc6501/01', 'rfc6504/25', 'rfc6504/38'])(
  'NOTIF-002 %s, an XCON document, in the form of RFC 4575',
  (name) => {
    const read = readXml(vector(`${name}-conference-info.xml`));
    if (!read.ok) throw read.error;
    const document = toConferenceInfo(read.value.root, {
      conferenceUri: 'sip:conf@example.com',
      state: 'full',
      version: 1,
    });
    expect(faults(document)).toEqual([]);
    expect(written(document)).not.toMatch(/<xcon:/u);
  },
);
