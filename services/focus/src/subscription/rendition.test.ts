import { ConferenceView } from '@plenary/proto/roomstate';
import { attributeOf, childElement, childrenNamed, type XmlElement } from '@plenary/wire/xml';
import { applyDiff, applyPartial, namespaces, readFragment } from '@plenary/xcon';
import { describe, expect, it } from 'vitest';
import { chooseRendition, shapeOf } from './rendition-choice.js';
import { changeRendition, closingRendition, fullRendition, type Rendition } from './rendition.js';
import { documentOf, recordOf } from './testing.js';
import { ViewDocument } from './view-document.js';

const read = (rendition: Rendition | undefined, version = 7): XmlElement => {
  const fragment = readFragment(rendition?.body(version).toString('utf8') ?? '');
  if (!fragment.ok) throw fragment.error;
  return fragment.value;
};
const { info } = namespaces;
const entities = (document: XmlElement): (string | undefined)[] =>
  childrenNamed(childElement(document, info, 'users'), info, 'user').map((user) => attributeOf(user, 'entity'));

describe('whole documents', () => {
  it('EVT-010 EVT-011 RFC 4575: entity of the room, the subscriber’s own version', () => {
    const document = documentOf(['ann', 'bob']);
    const rendition = fullRendition(document, 'legacy', 'whole');
    expect(rendition.contentType).toBe('application/conference-info+xml');
    expect(rendition.body(4_294_967_294).toString('utf8')).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?>\n/u);
    const root = read(rendition, 12);
    expect(attributeOf(root, 'entity')).toBe('sip:lobby@example.com');
    expect(attributeOf(root, 'version')).toBe('12');
    expect(attributeOf(read(rendition, 13), 'version')).toBe('13');
    expect(entities(root)).toEqual(['sip:ann@example.com', 'sip:bob@example.com']);
  });

  it('NOTIF-001 XCON: as room-state wrote it', () => {
    const document = documentOf(['ann'], { version: 40n });
    const rendition = fullRendition(document, 'xcon-diff', 'whole');
    expect(rendition.contentType).toBe('application/xcon-conference-info+xml');
    expect(rendition.body(3).toString('utf8')).toBe(`<?xml version="1.0" encoding="UTF-8"?>\n${document.text}`);
  });

  it('EVT-023 counted: no users, and their number', () => {
    const document = documentOf(['ann', 'bob']);
    for (const form of ['legacy', 'xcon'] as const) {
      const root = read(fullRendition(document, form, 'counted'));
      expect(entities(root)).toEqual([]);
      expect(JSON.stringify(root)).toContain('"children":["2"]');
    }
  });

  it('EVT-023 what is not told need not be read: users that cannot be read do no harm', () => {
    const good = documentOf(['ann', 'bob']);
    const text = good.text.replace('<status>', '<status><');
    const broken = new ViewDocument(
      ConferenceView.fromPartial({ conferenceUri: good.conferenceUri, version: 1n, view: 'member', document: text }),
      0,
    );
    expect(read(fullRendition(broken, 'legacy', 'counted'))).toEqual(read(fullRendition(good, 'legacy', 'counted')));
    expect(() => fullRendition(broken, 'legacy', 'whole')).toThrow();
  });

  it('is made once for all who see the same', () => {
    const document = documentOf(['ann']);
    expect(fullRendition(document, 'xcon', 'whole')).toBe(fullRendition(document, 'xcon-diff', 'whole'));
    expect(fullRendition(document, 'legacy', 'whole')).toBe(fullRendition(document, 'legacy', 'whole'));
  });
});

describe('changes', () => {
  const before = documentOf(['ann', 'bob', 'cyd'], { version: 1n });
  const after = documentOf(['ann', 'cyd', 'dee'], { version: 2n, subject: 'Tea' });

  it('EVT-012 EVT-013 a partial RFC 4575 document brings the one before up to date', () => {
    const change = changeRendition(before, after, 'legacy', 'whole');
    expect(change?.kind).toBe('partial');
    const start = read(fullRendition(before, 'legacy', 'whole'), 1);
    const result = applyPartial(start, read(change, 2));
    expect(result.ok && entities(result.value).toSorted((a = '', b = '') => a.localeCompare(b))).toEqual([
      'sip:ann@example.com',
      'sip:cyd@example.com',
      'sip:dee@example.com',
    ]);
  });

  it('NOTIF-004 a difference makes the later XCON document of the earlier', () => {
    const change = changeRendition(before, after, 'xcon-diff', 'whole');
    // So small a room is sent whole sooner than in parts.
    const large = Array.from({ length: 50 }, (_, n) => `user${String(n)}`);
    const from = documentOf(large, { version: 1n });
    const to = documentOf([...large, 'late'], { version: 2n });
    const diff = changeRendition(from, to, 'xcon-diff', 'whole');
    expect(change?.contentType).toMatch(/^application\/xcon-conference-info/u);
    expect(diff?.contentType).toBe('application/xcon-conference-info-diff+xml');
    const applied = applyDiff(from.tree, read(diff));
    expect(applied.ok && applied.value).toEqual(to.tree);
  });

  it('NOTIF-001 whole XCON documents where differences are not taken', () => {
    expect(changeRendition(before, after, 'xcon', 'whole')).toBe(fullRendition(after, 'xcon', 'whole'));
  });

  it('nothing where nothing changed', () => {
    const same = documentOf(['ann', 'bob', 'cyd'], { version: 2n });
    expect(changeRendition(before, before, 'legacy', 'whole')).toBeUndefined();
    expect(changeRendition(before, same, 'legacy', 'whole')).toBeUndefined();
    expect(
      changeRendition(before, documentOf(['ann', 'bob', 'dee'], { version: 2n }), 'legacy', 'counted'),
    ).toBeUndefined();
  });

  it('is made once for all who have the same', () => {
    expect(changeRendition(before, after, 'legacy', 'whole')).toBe(changeRendition(before, after, 'legacy', 'whole'));
  });
});

describe('the end of a room', () => {
  const last = documentOf(['ann']);

  it('EVT-006 RFC 4575 has a state for it', () => {
    const root = read(closingRendition(last, 'legacy', ''));
    expect(attributeOf(root, 'state')).toBe('deleted');
    expect(attributeOf(root, 'entity')).toBe('sip:lobby@example.com');
    expect(root.children).toEqual([]);
  });

  it('VENUE-004 both forms name the room that takes its place', () => {
    for (const form of ['legacy', 'xcon'] as const) {
      const root = read(closingRendition(last, form, 'sip:next@example.com'));
      const description = childElement(root, info, 'conference-description');
      expect(attributeOf(childElement(description, namespaces.chat, 'alternate-venue'), 'uri')).toBe(
        'sip:next@example.com',
      );
    }
    const active = childElement(
      childElement(read(closingRendition(last, 'xcon', '')), info, 'conference-state'),
      info,
      'active',
    );
    expect(active?.children).toEqual(['false']);
  });
});

describe('what a subscriber is sent', () => {
  const limits = { bodyBytes: 5_000, datagramBytes: 1_500, perRoom: 1, perUser: 1, total: 1 };
  const small = documentOf(['ann']);
  const large = documentOf(Array.from({ length: 100 }, (_, n) => `user${String(n)}`));
  const medium = documentOf(Array.from({ length: 10 }, (_, n) => `user${String(n)}`));

  it('EVT-023 SIP-011 users are left out above the limit, for a UDP device above its own', () => {
    expect(shapeOf(small, { takesTcp: undefined }, limits)).toBe('whole');
    expect(shapeOf(large, { takesTcp: undefined }, limits)).toBe('counted');
    expect(shapeOf(medium, { takesTcp: true }, limits)).toBe('whole');
    expect(shapeOf(medium, { takesTcp: false }, limits)).toBe('counted');
  });

  it('NOTIF-003 the whole state first, after a refresh and when the shape changes; else what changed', () => {
    const record = recordOf();
    const next = documentOf(['ann', 'bob'], { version: 2n });
    const full = fullRendition(next, 'legacy', 'whole');
    const shown = { document: small, shape: 'whole' } as const;
    expect(chooseRendition({ shown: undefined, record }, next, 'whole', false, limits)).toBe(full);
    expect(chooseRendition({ shown, record }, next, 'whole', true, limits)).toBe(full);
    expect(
      chooseRendition({ shown: { document: small, shape: 'counted' }, record }, next, 'whole', false, limits),
    ).toBe(full);
    expect(chooseRendition({ shown, record }, next, 'whole', false, limits)?.kind).toBe('partial');
    expect(chooseRendition({ shown, record }, small, 'whole', false, limits)).toBeUndefined();
  });
});
