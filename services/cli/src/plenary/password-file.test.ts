import { expect, it } from 'vitest';
import { passwordIn } from './password-file.js';

it.each([
  ['secret', 'secret'],
  ['secret word\n', 'secret word'],
  ['secret\r\n', 'secret'],
  ['two\nlines\n', 'two\nlines'],
  ['meant\n\n', 'meant\n'],
  [' spaces ', ' spaces '],
])('a password file with %j holds %j', async (text, password) => {
  expect(await passwordIn((path) => Promise.resolve(path === 'file' ? text : ''), 'file')).toBe(password);
});
