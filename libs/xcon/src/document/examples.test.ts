import { readdirSync, readFileSync } from 'node:fs';
import { childElements, type XmlElement } from '@plenary/wire/xml';
import { describe, expect, it } from 'vitest';
import { conferenceView } from '../view/conference-view.js';
import { checkDocument } from './check.js';
import { formatDocument, readFragment } from './format.js';
import { replacePlaceholders } from './placeholders.js';
import type { DocumentPart } from './schema.table.js';
import { relaxNgFaults } from './testing.js';

const parts: Readonly<Record<string, DocumentPart>> = {
  'conference-info': 'conference-info',
  blueprintInfo: 'conference-info',
  confInfo: 'conference-info',
  sidebarByValInfo: 'sidebar',
  sidebarByRefInfo: 'sidebar',
  usersInfo: 'users',
  userInfo: 'user',
};

/** Printed documents that are refused, and why. */
const refused: Readonly<Record<string, { readonly path: string; readonly why: string }>> = {
  'rfc6503/04-blueprint-response-retrieve.xml': {
    path: "/floor-information/conference-floor-policy/floor[@id='audioFloor']/media-label",
    why: 'the normative schema wants an integer in media-label',
  },
  'rfc6504/02-blueprint-response-retrieve.xml': {
    path: "/floor-information/conference-floor-policy/floor[@id='audioLabel']/media-label",
    why: 'a floor needs a media-label',
  },
  'rfc6504/08-blueprint-response-retrieve.xml': {
    path: "/floor-information/conference-floor-policy/floor[@id='audioFloor']/media-label",
    why: 'the normative schema wants an integer in media-label',
  },
};

interface Example {
  readonly name: string;
  readonly part: DocumentPart;
  readonly element: XmlElement;
}

const examples: readonly Example[] = ['rfc4575', 'rfc6501', 'rfc6503', 'rfc6504'].flatMap((folder) => {
  const base = new URL(`../../../../test/vectors/${folder}/`, import.meta.url);
  return readdirSync(base)
    .filter((file) => file.endsWith('.xml'))
    .flatMap((file) => {
      const read = readFragment(readFileSync(new URL(file, base), 'utf8'));
      if (!read.ok) throw read.error;
      return documentsIn(read.value).map((element) => ({
        name: `${folder}/${file}`,
        part: parts[element.name] ?? 'conference-info',
        element,
      }));
    });
});

function documentsIn(element: XmlElement): XmlElement[] {
  return element.name in parts ? [element] : childElements(element).flatMap(documentsIn);
}

/** As a server reads a request: placeholders first. */
function withoutPlaceholders(element: XmlElement): XmlElement {
  const replaced = replacePlaceholders(element, {
    domain: 'example.com',
    fresh: (_kind, number) => `77${number}`,
  });
  if (!replaced.ok) throw replaced.error;
  return replaced.value;
}

describe('printed documents', () => {
  it.each(examples.filter(({ name }) => refused[name] === undefined))('CONF-023 $name', ({ part, element }) => {
    const result = checkDocument(withoutPlaceholders(element), part, 'whole');
    if (!result.ok) throw result.error;
    if (part !== 'conference-info' && part !== 'sidebar') return;
    expect(relaxNgFaults(formatDocument(result.value))).toEqual([]);
    expect(conferenceView(result.value).entity).toBe(
      element.attributes.find(({ name }) => name === 'entity')?.value.replace('AUTO_GENERATE_1', '771'),
    );
  });

  it.each(examples.filter(({ name }) => refused[name] !== undefined))('CONF-023 $name is refused', (example) => {
    const result = checkDocument(example.element, example.part, 'whole');
    expect(result).toMatchObject({ ok: false, error: { code: 'document-invalid', path: refused[example.name]?.path } });
  });

  it('all that are in the folders are tried', () => {
    expect(examples.length).toBeGreaterThanOrEqual(30);
  });
});

it('the example of RFC 6501 is read as it says', () => {
  const example = examples.find(({ name }) => name.startsWith('rfc6501/'));
  const checked = checkDocument(
    example?.element ?? { ns: '', name: '', attributes: [], children: [] },
    'conference-info',
    'whole',
  );
  if (!checked.ok) throw checked.error;
  const view = conferenceView(checked.value);
  expect(view).toMatchObject({
    displayText: 'Discussion of Formula-1 racing',
    keywords: ['Formula-1', 'cars'],
    maximumUserCount: 50,
    allowSidebars: true,
    language: 'En-us',
    active: true,
    locked: false,
    userCount: 3,
    joinHandling: 'allow',
    admission: 'openAuthenticated',
    denied: ['sip:charlie@example.com'],
    floor: { conferenceId: '567', allowFloorEvents: true, requestHandling: 'confirm' },
    sidebarsByVal: ['conf223'],
  });
  expect(view.confUris.map(({ uri, passwords }) => [uri, passwords])).toEqual([
    ['tel:+3585671234', ['5678']],
    ['http://www.example.com/live.ram', []],
  ]);
  expect(view.users.map(({ entity, roles, anonymity }) => [entity, roles, anonymity])).toEqual([
    ['xcon-userid:bob534', ['participant'], 'semi-private'],
    ['xcon-userid:alice334', ['moderator'], 'private'],
    ['xcon-userid:carol233', ['administrator'], 'private'],
  ]);
  expect(view.allowed.at(-1)).toEqual({ uri: 'sip:john@example.com', method: 'refer' });
});
