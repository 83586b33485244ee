import { expect, it } from 'vitest';
import { namespaces } from '../namespaces.js';
import { formatDocument, readFragment } from './format.js';
import { defaultDocumentLimits } from './limits.js';
import { conference } from './testing.js';

it('writes the default namespace and two prefixes, no declaration', () => {
  const document = conference(
    '<conference-description><subject>a &amp; b</subject><xcon:language>en</xcon:language><chat:history readers="members"/></conference-description>',
  );
  expect(formatDocument(document)).toBe(
    `<conference-info xmlns="${namespaces.info}" xmlns:xcon="${namespaces.xcon}" xmlns:chat="${namespaces.chat}"` +
      ' entity="xcon:1@example.com"><conference-description><subject>a &amp; b</subject><xcon:language>en</xcon:language>' +
      '<chat:history readers="members"/></conference-description></conference-info>',
  );
});

it('CCMP-041 SEC-013 text that is no document, or a too large one, is refused', () => {
  expect(readFragment('<a>')).toMatchObject({ ok: false, error: { code: 'xml-malformed' } });
  expect(readFragment('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')).toMatchObject({
    ok: false,
    error: { code: 'xml-doctype' },
  });
  const deep = `${'<a>'.repeat(30)}${'</a>'.repeat(30)}`;
  expect(readFragment(deep)).toMatchObject({ ok: false, error: { code: 'document-too-large', status: 400 } });
  expect(readFragment('<a><b/><b/></a>', { ...defaultDocumentLimits, elements: 2 })).toMatchObject({
    ok: false,
    error: { code: 'document-too-large' },
  });
});
