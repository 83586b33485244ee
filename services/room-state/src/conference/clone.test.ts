import { formatDocument, conferenceView, readFragment } from '@plenary/xcon';
import type { XmlElement } from '@plenary/wire/xml';
import { describe, expect, it } from 'vitest';
import { bareSidebar, cloneOf } from './clone.js';

function document(): XmlElement {
  const read = readFragment(
    `<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" xmlns:xcon="urn:ietf:params:xml:ns:xcon-conference-info"
      xmlns:chat="urn:x-plenary:ns:chat:1" entity="xcon:parent@localhost">
      <conference-description><subject>s</subject>
        <conf-uris><entry><uri>sip:parent@localhost</uri></entry></conf-uris>
        <available-media><entry label="7"><type>message</type></entry><entry label="8"><type>message</type></entry></available-media>
        <xcon:cloning-parent>xcon:grandparent@localhost</xcon:cloning-parent>
        <chat:alternate-venue uri="xcon:other@localhost"/></conference-description>
      <conference-state><user-count>3</user-count><active>true</active></conference-state>
      <users><user entity="xcon-userid:a@localhost" xcon:nickname="A"><roles><entry>moderator</entry></roles>
        <endpoint entity="sip:a@localhost"/></user></users>
      <sidebars-by-ref><entry><uri>xcon:side@localhost</uri></entry></sidebars-by-ref>
      <xcon:floor-information><xcon:conference-floor-policy>
        <xcon:floor id="1"><xcon:media-label>8</xcon:media-label></xcon:floor></xcon:conference-floor-policy></xcon:floor-information>
    </conference-info>`.replace(/>\s+</g, '><'),
  );
  if (!read.ok) throw read.error;
  return read.value;
}

describe('a clone', () => {
  it('CONF-005 CONF-006 FLOOR-002 has all of its parent but what belongs to that alone, labels new and consistent', () => {
    let next = 100;
    const clone = cloneOf(document(), {
      entity: 'xcon:clone@localhost',
      cloningParent: 'xcon:parent@localhost',
      freshLabel: () => String(++next),
    });
    expect(conferenceView(clone)).toMatchObject({
      entity: 'xcon:clone@localhost',
      cloningParent: 'xcon:parent@localhost',
      subject: 's',
      active: false,
      confUris: [],
      sidebarsByRef: [],
      availableMedia: [{ label: '101' }, { label: '102' }],
      users: [{ entity: 'xcon-userid:a@localhost', roles: ['moderator'], endpoints: [] }],
      floor: { floors: [{ id: '103', mediaLabels: ['102'] }] },
    });
    expect(formatDocument(clone)).not.toMatch(/user-count|nickname|venue|grandparent/);
  });

  it('SIDE-004 SIDE-005 a sidebar keeps the labels of its main conference, a bare one has its parent alone', () => {
    const options = { entity: 'xcon:s@localhost', cloningParent: undefined, sidebarParent: 'xcon:parent@localhost' };
    const clone = cloneOf(document(), { ...options, freshLabel: undefined });
    expect(conferenceView(clone)).toMatchObject({
      sidebarParent: 'xcon:parent@localhost',
      availableMedia: [{ label: '7' }, { label: '8' }],
    });
    expect(conferenceView(clone).cloningParent).toBeUndefined();
    const bare = conferenceView(bareSidebar('xcon:s@localhost', 'xcon:parent@localhost'));
    expect(bare).toMatchObject({ sidebarParent: 'xcon:parent@localhost', active: false, availableMedia: [] });
  });
});
