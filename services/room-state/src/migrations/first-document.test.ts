import { checkDocument, conferenceView, formatDocument, readFragment } from '@plenary/xcon';
import { describe, expect, it } from 'vitest';
import { firstDocument } from './first-document.js';

describe('the document of a room that had none', () => {
  it('says what its policy and access columns said, in the form in which documents are kept', () => {
    const text = firstDocument({
      xcon_uri: 'xcon:abc@localhost',
      conference_uri: 'sip:council@localhost',
      display_text: 'Council & more',
      policy: {
        logged: true,
        locked: false,
        maxSizeBytes: '5000',
        maximumUserCount: 7,
        wrappedTypes: ['text/plain'],
        ratePerSecond: 2,
      },
      access: {
        membersOnly: true,
        members: ['sip:bob@localhost'],
        moderators: ['sip:alice@localhost'],
        sessions: 'one',
        moderated: true,
      },
      closed: false,
    });
    const read = readFragment(text);
    if (!read.ok) throw read.error;
    const checked = checkDocument(read.value, 'conference-info', 'whole');
    if (!checked.ok) throw checked.error;
    expect(formatDocument(checked.value)).toBe(formatDocument(read.value));
    expect(conferenceView(read.value)).toMatchObject({
      entity: 'xcon:abc@localhost',
      displayText: 'Council & more',
      maximumUserCount: 7,
      active: true,
      admission: 'closedAuthenticated',
      joinHandling: 'allow',
      allowed: [{ uri: 'sip:bob@localhost' }, { uri: 'sip:alice@localhost' }],
      users: [{ entity: 'xcon-userid:alice@localhost', roles: ['moderator'] }],
      logging: { active: true },
      policy: {
        sessions: 'one',
        moderated: true,
        maxMessageBytes: 5000,
        ratePerSecond: 2,
        wrappedTypes: ['text/plain'],
      },
    });
  });

  it('a room nobody restricted is open, whatever its columns lack', () => {
    const open = {
      xcon_uri: 'xcon:abc@localhost',
      conference_uri: 'sip:a@localhost',
      display_text: '',
      policy: {},
      closed: true,
    };
    const read = readFragment(firstDocument({ ...open, access: { membersOnly: false } }));
    if (!read.ok) throw read.error;
    expect(conferenceView(read.value)).toMatchObject({ admission: 'openAuthenticated', active: false, users: [] });
    const unknown = readFragment(firstDocument({ ...open, access: {} }));
    if (!unknown.ok) throw unknown.error;
    expect(conferenceView(unknown.value).admission).toBe('closedAuthenticated');
  });
});
