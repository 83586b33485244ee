import { expect, it } from 'vitest';
import { creationNote, notedPassword } from './creation-note.js';

it('POL-017 CCMP-014 what is remembered of a creation tells its password to who has the id of the request alone', () => {
  const noted = creationNote('b1946ac9-2f0c-4d6c-8c0c-7d2f0e0c9a11', 'verysecret');
  expect(JSON.stringify(noted)).not.toMatch(/verysecret|b1946ac9/);
  expect(notedPassword('b1946ac9-2f0c-4d6c-8c0c-7d2f0e0c9a11', noted?.note ?? '')).toBe('verysecret');
  expect(() => notedPassword('another', noted?.note ?? '')).toThrow();
  expect(creationNote('one', undefined)?.key).not.toBe(creationNote('two', undefined)?.key);
  expect(notedPassword('one', creationNote('one', undefined)?.note ?? '')).toBeUndefined();
  expect(creationNote('', 'verysecret')).toBeUndefined();
});
