import { describe, expect, it } from 'vitest';
import { formatDocument } from './format.js';
import { type PlaceholderKind, replacePlaceholders } from './placeholders.js';
import { fragment } from './testing.js';

function replace(text: string, comments: readonly string[] = []) {
  const asked: [PlaceholderKind, string][] = [];
  const result = replacePlaceholders(fragment(text), {
    domain: 'example.com',
    otherDomains: ['Example.NET'],
    comments,
    fresh: (kind, number) => {
      asked.push([kind, number]);
      return `${kind}-${number}`;
    },
  });
  return { result, asked };
}

describe('replacePlaceholders', () => {
  it('CCMP-030 gives the same number the same value, another number another', () => {
    const { result, asked } = replace(
      `<confInfo entity="xcon:AUTO_GENERATE_1@example.com"><conference-description><available-media>
        <entry label="AUTO_GENERATE_2"/><entry label="AUTO_GENERATE_20"/></available-media></conference-description>
        <users><user entity="xcon-userid:AUTO_GENERATE_3@EXAMPLE.net"><endpoint entity="sip:x@elsewhere">
        <media id="AUTO_GENERATE_4"><label>AUTO_GENERATE_2</label></media></endpoint></user></users></confInfo>`,
    );
    if (!result.ok) throw result.error;
    const text = formatDocument(result.value);
    expect(text).not.toContain('AUTO_GENERATE');
    expect(text).toContain('entity="xcon:conference-1@example.com"');
    expect(text).toContain('<entry label="label-2"/><entry label="label-20"/>');
    expect(text).toContain('<media id="media-id-4"><label>label-2</label>');
    expect(text).toContain('xcon-userid:user-3@EXAMPLE.net');
    expect(asked).toEqual([
      ['conference', '1'],
      ['label', '2'],
      ['label', '20'],
      ['user', '3'],
      ['media-id', '4'],
    ]);
  });

  it('CCMP-030 asks for an integer where any of the places needs one', () => {
    expect(
      replace('<x><entry label="AUTO_GENERATE_1"/><xcon:media-label>AUTO_GENERATE_1</xcon:media-label></x>').asked,
    ).toEqual([['media-id', '1']]);
    expect(replace('<x><subject>AUTO_GENERATE_5</subject></x>').asked).toEqual([['other', '5']]);
  });

  it('leaves a document without any alone', () => {
    const document = fragment('<x a="1">AUTO GENERATE_1</x>');
    expect(replacePlaceholders(document, { domain: 'a', fresh: () => expect.unreachable() })).toEqual({
      ok: true,
      value: document,
    });
  });

  it.each([
    '<AUTO_GENERATE_1/>',
    '<x><AUTO_GENERATE_2>1</AUTO_GENERATE_2></x>',
    '<x AUTO_GENERATE_1="1"/>',
    '<x><subject>AUTO_GENERATE_</subject></x>',
    '<x a="AUTO_GENERATE_X"/>',
  ])('CCMP-031 refuses %s', (text) => {
    expect(replace(text).result).toMatchObject({ ok: false, error: { code: 'placeholder-misplaced', status: 400 } });
  });

  it('CCMP-031 refuses one in a comment', () => {
    expect(replace('<x/>', ['now AUTO_GENERATE_1']).result).toMatchObject({
      ok: false,
      error: { code: 'placeholder-misplaced' },
    });
    expect(replace('<x/>', ['nothing']).result.ok).toBe(true);
  });

  it.each([
    'xcon:AUTO_GENERATE_1@other.example',
    'XCON-USERID:AUTO_GENERATE_1@example.com.evil.example',
    'sip:a.AUTO_GENERATE_1@other.example;transport=tcp',
    'xcon:AUTO_GENERATE_1@',
  ])('CCMP-032 refuses %s, whose domain is not ours', (uri) => {
    expect(replace(`<x><user entity="${uri}"/></x>`).result).toMatchObject({
      ok: false,
      error: { code: 'placeholder-domain', status: 427, path: '/user' },
    });
  });

  it('CCMP-032 takes one of ours with port, and one without any domain', () => {
    expect(
      replace('<x><uri>sip:AUTO_GENERATE_1@example.com:5060</uri><uri>xcon-userid:AUTO_GENERATE_2</uri></x>').result.ok,
    ).toBe(true);
  });
});
