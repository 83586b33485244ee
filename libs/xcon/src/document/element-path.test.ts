import { expect, it } from 'vitest';
import { ElementPath, keyOf, pathsMeet } from './element-path.js';
import { schemaTypes } from './schema.table.js';
import { fragment } from './testing.js';

it('paths are written with the keys of lists', () => {
  const path = ElementPath.root.child('users').child('user', schemaTypes.user, `a'b"c`).child('roles').attribute('x');
  expect(String(path)).toBe(`/users/user[@entity="a'b%22c"]/roles/@x`);
  expect(String(ElementPath.root.child('entry', schemaTypes.confUri, 'sip:a'))).toBe("/entry[uri='sip:a']");
});

it('keys are read from attributes and children', () => {
  expect(keyOf(fragment('<media id=" 1 "/>'), schemaTypes.media)).toBe('1');
  expect(keyOf(fragment('<entry><uri> sip:a </uri></entry>'), schemaTypes.confUri)).toBe('sip:a');
  expect(keyOf(fragment('<entry/>'), schemaTypes.confUri)).toBeUndefined();
  expect(keyOf(fragment('<roles/>'), schemaTypes.roles)).toBeUndefined();
});

it.each([
  ['/a/b', '/a/b', true],
  ['/a', '/a/b/c', true],
  ["/users/user[@entity='x']/roles", "/users/user[@entity='x']", true],
  ['/users/user', "/users/user[@entity='x']", true],
  ['', '/a', true],
  ['/a/b', '/a/bc', false],
  ["/users/user[@entity='x']", "/users/user[@entity='xy']", false],
])('VER-004 %s meets %s: %s', (one, other, meets) => {
  expect(pathsMeet(one, other)).toBe(meets);
  expect(pathsMeet(other, one)).toBe(meets);
});
