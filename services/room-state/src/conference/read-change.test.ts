import { formatDocument } from '@plenary/xcon';
import { describe, expect, it } from 'vitest';
import { readChange } from './read-change.js';

const random = (count: number): Uint8Array => new Uint8Array(count).fill(7);
const ns = 'xmlns="urn:ietf:params:xml:ns:conference-info" xmlns:xcon="urn:ietf:params:xml:ns:xcon-conference-info"';
const options = { part: 'conference-info', domain: 'localhost', random } as const;

describe('what a request wants to be changed', () => {
  it('CCMP-030 CCMP-034 placeholders are replaced, the first conference by the object that is made', () => {
    const read = readChange(
      `<confInfo ${ns} entity="xcon:AUTO_GENERATE_1@localhost"><conference-description><available-media>
        <entry label="AUTO_GENERATE_2"><type>text</type></entry></available-media></conference-description></confInfo>`.replace(
        />\s+</g,
        '><',
      ),
      { ...options, objectId: 'made' },
    );
    if (!read.ok) throw read.error;
    expect(read.value).toMatchObject({ isPlaceholder: true, entity: 'xcon:made@localhost', password: undefined });
    expect(formatDocument(read.value.change)).toMatch(/<entry label="\d+"><type>message</);
  });

  it('POL-017 a password is taken out of the change', () => {
    const entry = (password: string): string =>
      `<confInfo ${ns}><conference-description><conf-uris><entry><uri>sip:a@localhost</uri>${password}</entry></conf-uris></conference-description></confInfo>`;
    const given = readChange(entry('<xcon:conference-password>8601</xcon:conference-password>'), options);
    if (!given.ok) throw given.error;
    expect(given.value.password).toBe('8601');
    expect(formatDocument(given.value.change)).not.toContain('8601');
    const removed = readChange(entry('<xcon:conference-password/>'), options);
    expect(removed.ok && removed.value.password).toBe('');
    const silent = readChange(entry('<display-text>x</display-text>'), options);
    expect(silent.ok && silent.value.password).toBeUndefined();
  });

  it('XCON-008 Q5 user ids are kept in lower case and with a host', () => {
    const read = readChange(
      `<confInfo ${ns}><users><user entity="xcon-userid:Bob"><display-text>B</display-text></user></users></confInfo>`,
      options,
    );
    expect(read.ok && formatDocument(read.value.change)).toContain('entity="xcon-userid:bob@localhost"');
  });

  it('CCMP-031 CCMP-032 CCMP-041 what is none is a fault with its code', () => {
    const fault = (text: string): unknown => {
      const read = readChange(text, options);
      return read.ok ? 'ok' : read.error.code;
    };
    expect(fault('no xml')).toBe('document-invalid');
    expect(fault(`<confInfo ${ns} entity="xcon:AUTO_GENERATE_1@elsewhere.example"/>`)).toBe('placeholder-domain');
    expect(fault(`<confInfo ${ns}><AUTO_GENERATE_1/></confInfo>`)).toBe('placeholder-misplaced');
    expect(fault(`<confInfo ${ns}><conference-state><active>maybe</active></conference-state></confInfo>`)).toBe(
      'document-invalid',
    );
  });
});
