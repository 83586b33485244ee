import { conferenceView } from '@plenary/xcon';
import { expect, it } from 'vitest';
import { present, testParticipant } from '../document/testing.js';
import { asOfNow, hasRole } from './schedule.js';
import { testRoom } from './testing.js';

const times = `<xcon:conference-time><xcon:entry><xcon:base>${[
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'BEGIN:VEVENT',
  'DTSTART:20261129T120000Z',
  'DTEND:20261129T130000Z',
  'END:VEVENT',
  'END:VCALENDAR',
].join('&#10;')}</xcon:base>
  <xcon:mixing-start-offset required-participant="none">2026-11-29T12:00:00Z</xcon:mixing-start-offset>
  <xcon:mixing-end-offset required-participant="none">2026-11-29T13:00:00Z</xcon:mixing-end-offset>
</xcon:entry></xcon:conference-time>`.replaceAll(/>\s+</g, '><');

it.each([
  ['2026-11-29T11:59:59Z', false],
  ['2026-11-29T12:00:00Z', true],
  ['2026-11-29T12:30:00Z', true],
  ['2026-11-29T13:00:01Z', false],
])('CONF-012 a conference whose times are given at %s is active: %s', (time, active) => {
  const { document } = testRoom({ description: times, active: false });
  expect(conferenceView(asOfNow(document, Date.parse(time))).active).toBe(active);
});

it('CONF-012 one without times stays as it is', () => {
  const { document } = testRoom({ active: false });
  expect(asOfNow(document, Date.parse('2026-11-29T12:00:00Z'))).toBe(document);
});

it.each([
  ['administrator', ['administrator', 'moderator', 'participant']],
  ['moderator', ['moderator', 'participant']],
  ['participant', ['participant']],
  ['observer', ['observer']],
])('CONF-016 who is %s is there as %j', (role, fulfilled) => {
  const state = present(testParticipant('alice', { roles: [role] }));
  const roles = ['administrator', 'moderator', 'participant', 'observer'];
  expect(roles.filter((wanted) => hasRole(state, wanted))).toEqual(fulfilled);
});
