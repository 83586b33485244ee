import { attributeOf, readXml, writeXml, xmlElement } from '@plenary/wire/xml';
import { namespaces } from '@plenary/xcon';
import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeAnswer } from '../answer.js';
import { documentElement, documentText, renamedRoot, withChangedPart } from './document-text.js';
import { listedEntry } from './listed-entry.js';

const info = `xmlns:info="${namespaces.info}"`;

describe('documents between services', () => {
  it('have the name of RFC 4575, and are what they were', () => {
    const given = xmlElement(
      '',
      'confInfo',
      [{ ns: '', name: 'entity', value: 'xcon:a@x' }],
      [xmlElement(namespaces.xcon, 'language', [], ['a < b'])],
    );
    const text = documentText(given, 'conference-info');
    expect(text).toMatch(/^<info:conference-info /);
    expect(documentElement(text)).toEqual({ ...given, ns: namespaces.info, name: 'conference-info' });
    expect(documentElement('')).toBeUndefined();
    expect(() => documentElement('<a')).toThrow('cannot be read');
  });

  it('get another root without being read, or by being read, to the same end', () => {
    const inside = '<info:subject>x &lt;/info:user&gt;</info:subject>';
    const prefixed = `<info:user ${info} entity="a&quot;b">${inside}</info:user>`;
    expect(renamedRoot(prefixed, 'userInfo')).toBe(`<userInfo ${info} entity="a&quot;b">${inside}</userInfo>`);
    expect(renamedRoot(`<info:user ${info}/>`, 'userInfo')).toBe(`<userInfo ${info}/>`);
    const plain = `<user xmlns="${namespaces.info}" entity="a&quot;b"><subject>x &lt;/info:user&gt;</subject></user>`;
    const read = (text: string) => readXml(text);
    expect(read(renamedRoot(plain, 'userInfo'))).toEqual(read(renamedRoot(prefixed, 'userInfo')));
    expect(renamedRoot('', 'userInfo')).toBe('');
  });

  it('whatever their texts say', () => {
    assert(
      property(string({ unit: 'grapheme' }), string(), (text, entity) => {
        const element = xmlElement(
          namespaces.info,
          'users',
          [{ ns: '', name: 'entity', value: entity }],
          [xmlElement(namespaces.info, 'users', [], [`a${text}`])],
        );
        const renamed = readXml(renamedRoot(documentText(element, 'users'), 'usersInfo'));
        const wanted = readXml(writeXml({ ...element, ns: '', name: 'usersInfo' }));
        if (!renamed.ok || !wanted.ok) throw new Error('not read');
        expect(renamed.value.root).toEqual(wanted.value.root);
      }),
    );
  });

  it('can have one part changed', () => {
    const text = `<confInfo ${info}><info:a><info:conf-uris><info:x/><info:y/></info:conf-uris></info:a></confInfo>`;
    const changed = withChangedPart(text, 'conf-uris', (part) => ({ ...part, children: part.children.slice(1) }));
    expect(readXml(changed)).toMatchObject({ ok: true });
    expect(changed).not.toContain('<info:x/>');
    expect(changed).toContain('<info:y/>');
    expect(withChangedPart('<confInfo/>', 'conf-uris', () => xmlElement('', 'never', [], []))).toBe('<confInfo/>');
  });
});

describe('an answer', () => {
  const frame = { kind: 'conf', spelling: namespaces.ccmp, code: 200, confUserId: 'a' } as const;
  it('has its document where it belongs, whatever other texts say', () => {
    const infoText = `<confInfo ${info} entity="$&amp;$1$$"><info:a/></confInfo>`;
    const text = writeAnswer({ ...frame, text: '<confInfo/>', confUserId: '<confInfo/>', infoText });
    expect(text).toContain(`<ccmp:confResponse>${infoText}</ccmp:confResponse>`);
    expect(text).toContain('<response-string>&lt;confInfo/&gt;</response-string>');
    const read = readXml(text);
    expect(read.ok).toBe(true);
  });

  it('without one is as the codec writes it', () => {
    expect(writeAnswer(frame)).toContain('<ccmp:confResponse/>');
    expect(writeAnswer({ ...frame, infoText: '' })).toContain('<ccmp:confResponse/>');
  });
});

describe('an entry of a list', () => {
  const inside = (p: string, texts: string): string =>
    `<${p}conference-description xml:lang="en">${texts}<${p}conf-uris><${p}entry><${p}display-text>not this</${p}display-text></${p}entry></${p}conf-uris></${p}conference-description>`;
  const plain = (texts: string): string =>
    `<conference-info xmlns="${namespaces.info}" entity="xcon:a@x">${inside('', texts)}</conference-info>`;

  it.each([
    [
      '<display-text>A &amp; B</display-text><free-text>For all</free-text>',
      { displayText: 'A & B', purpose: 'For all' },
    ],
    ['<display-text>A</display-text><subject>S</subject>', { displayText: 'A', purpose: 'S' }],
    ['<subject>S</subject><free-text/>', { purpose: 'S' }],
    ['', {}],
    ['<keywords>k</keywords><display-text>out of order</display-text>', {}],
  ])('of %s', (texts, entry) => {
    expect(listedEntry('xcon:a@x', plain(texts))).toEqual({ uri: 'xcon:a@x', ...entry });
    const prefixed = texts.replaceAll(/<(\/?)/g, '<$1info:');
    const document = `<info:conference-info ${info} entity="xcon:a@x">${inside('info:', prefixed)}</info:conference-info>`;
    expect(listedEntry('xcon:a@x', document)).toEqual({ uri: 'xcon:a@x', ...entry });
  });

  it('of a document in another form is read whole', () => {
    const other = `<c:conference-info xmlns:c="${namespaces.info}"><c:conference-description><c:display-text>A</c:display-text></c:conference-description></c:conference-info>`;
    expect(listedEntry('xcon:a@x', other)).toEqual({ uri: 'xcon:a@x', displayText: 'A' });
    expect(attributeOf(documentElement(other), 'entity')).toBeUndefined();
  });
});
