import { conferenceView, readFragment } from '@plenary/xcon';
import type { XmlElement } from '@plenary/wire/xml';
import { describe, expect, it } from 'vitest';
import { asRecorded } from './recorder.js';

const nowMs = Date.UTC(2026, 10, 29);

function conference(logging: string, ...users: readonly (readonly [name: string, role: string])[]): XmlElement {
  const entries = users.map(
    ([name, role]) => `<user entity="xcon-userid:${name}@localhost"><roles><entry>${role}</entry></roles></user>`,
  );
  const read = readFragment(
    `<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" xmlns:chat="urn:x-plenary:ns:chat:1" entity="xcon:a@localhost">
      <conference-state><active>true</active>${logging}</conference-state><users>${entries.join('')}</users></conference-info>`,
  );
  if (!read.ok) throw read.error;
  return read.value;
}
const after = (before: XmlElement, now: XmlElement) =>
  conferenceView(asRecorded(conferenceView(before), now, nowMs)).logging;
const on = (by: string): string => `<chat:logging active="true" since="2026-01-01T00:00:00Z" by="${by}"/>`;
const recorder = ['recorder', 'observer'] as const;
const byRecorder = 'xcon-userid:recorder@localhost';

describe('the recording user', () => {
  it('LOG-005 starts the log in its name when it is added', () => {
    const logging = after(conference('', ['alice', 'moderator']), conference('', ['alice', 'moderator'], recorder));
    expect(logging).toMatchObject({ active: true, by: byRecorder, since: '2026-11-29T00:00:00.000Z' });
  });

  it('LOG-005 stops the log it started when the last one goes', () => {
    const both = conference(on(byRecorder), recorder, ['second', 'observer']);
    const one = conference(on(byRecorder), ['second', 'observer']);
    expect(after(both, one).active).toBe(true);
    const only = conference(on(byRecorder), recorder);
    expect(after(only, conference(on(byRecorder))).active).toBe(false);
    expect(after(only, conference(on(byRecorder), ['recorder', 'participant'])).active).toBe(false);
  });

  it('LOG-005 leaves a log alone that was started otherwise, or stopped while it is there', () => {
    const byAlice = on('xcon-userid:alice@localhost');
    expect(after(conference(byAlice), conference(byAlice, recorder))).toMatchObject({
      by: 'xcon-userid:alice@localhost',
    });
    expect(after(conference(byAlice, recorder), conference(byAlice)).active).toBe(true);
    expect(after(conference(on(byRecorder), recorder), conference('', recorder)).active).toBe(false);
  });

  it('LOG-005 nothing happens to a document that has none', () => {
    const document = conference('', ['alice', 'participant']);
    expect(asRecorded(conferenceView(conference('')), document, nowMs)).toBe(document);
  });
});
