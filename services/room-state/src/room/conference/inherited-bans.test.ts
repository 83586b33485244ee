import { conferenceView, emptyDocument, withBannedTargets } from '@plenary/xcon';
import { describe, expect, it } from 'vitest';
import { bansOf, withInheritedBans } from './inherited-bans.js';

const [ann, ben, cat] = ['sip:ann@localhost', 'sip:ben@localhost', 'sip:cat@localhost'] as const;

describe('CONF-010 bans of a main conference', () => {
  it.each([
    ['openAuthenticated', [ann, ben]],
    ['closedAuthenticated', [ann]],
    ['anonymous', []],
  ] as const)('%s keeps out %j', (admission, kept) => {
    expect(bansOf({ admission, banned: [ann], denied: [ben, ann] })).toEqual(kept);
  });

  it('stand beside those of the sidebar, and go with the parent’s', () => {
    const child = withBannedTargets(emptyDocument('xcon:1@localhost'), [cat]);
    const banned = withInheritedBans(child, { before: [], now: [ann, ben] });
    expect(conferenceView(banned).banned).toEqual([cat, ann, ben]);
    const fewer = withInheritedBans(banned, { before: [ann, ben], now: [ben] });
    expect(conferenceView(fewer).banned).toEqual([cat, ben]);
    expect(withInheritedBans(fewer, { before: [ben], now: [ben] })).toBe(fewer);
  });
});
