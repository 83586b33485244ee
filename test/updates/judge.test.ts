import { describe, expect, it } from 'vitest';
import { judge, type Conference, type Update } from './judge.js';

const conference: Conference = {
  uri: 'xcon:a@localhost',
  firstVersion: 1,
  first: { subject: 's0', 'display-text': 'd0', 'free-text': '', 'maximum-user-count': '' },
  lastVersion: 4,
  last: { subject: 's2', 'display-text': 'd1', 'free-text': 'f1', 'maximum-user-count': '' },
};
const update = (given: Partial<Update>): Update => ({
  conference: conference.uri,
  client: 1,
  elements: {},
  baseVersion: undefined,
  answer: { code: 200, version: 2 },
  ...given,
});
const first = update({ elements: { subject: 's1' }, baseVersion: 1, answer: { code: 200, version: 2 } });
const second = update({ client: 2, elements: { subject: 's2' }, answer: { code: 200, version: 3 } });
const third = update({
  elements: { 'display-text': 'd1', 'free-text': 'f1' },
  baseVersion: 1,
  answer: { code: 200, version: 4 },
});
const stale = update({ client: 3, elements: { subject: 'lost' }, baseVersion: 1, answer: { code: 409, version: 3 } });
const clean = [first, second, third, stale];

describe('the judge of concurrent updates', () => {
  it('finds nothing where every update is in the document, versions are dense and conflicts were told', () => {
    expect(judge([conference], clean)).toEqual([]);
    expect(judge([conference], clean.toReversed())).toEqual([]);
  });

  const mutants: readonly [string, Conference, readonly Update[]][] = [
    ['an update that is lost', { ...conference, last: { ...conference.last, subject: 's1' } }, clean],
    ['an element nobody set', { ...conference, last: { ...conference.last, 'maximum-user-count': '7' } }, clean],
    ['a version nobody made', { ...conference, lastVersion: 5 }, clean],
    ['a version given twice', conference, [first, { ...second, answer: { code: 200, version: 2 } }, third]],
    ['a version left out', conference, [first, second, { ...third, answer: { code: 200, version: 5 } }]],
    ['an answer that is missing', conference, [...clean, { ...stale, answer: { code: 0 } }]],
    ['a fault of the server', conference, [...clean, { ...stale, answer: { code: 500 } }]],
    ['a conflict that was not told', conference, [first, { ...second, baseVersion: 1 }, third]],
    ['a conflict that is none', conference, [...clean, { ...stale, baseVersion: 3 }]],
    ['a conflict without a base version', conference, [...clean, { ...stale, baseVersion: undefined }]],
    ['a conflict told too early', conference, [...clean, { ...stale, answer: { code: 409, version: 1 } }]],
  ];
  it.each(mutants)('finds %s', (_, changed, updates) => {
    expect(judge([changed], updates)).not.toEqual([]);
  });
});
