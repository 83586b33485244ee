import { childElements, type XmlElement } from '@plenary/wire/xml';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { schemaFaults } from '../testing.js';
import { checkDocument } from './check.js';
import { formatDocument, readFragment } from './format.js';
import { mergeDocument } from './merge.js';
import { checked, documents, relaxNgFaults } from './testing.js';

const runs = { numRuns: 150 };

it('CONF-023 what is let through is valid against the schema of RFC 6501', () => {
  fc.assert(
    fc.property(documents, (document) => {
      const result = checkDocument(document, 'conference-info', 'whole');
      if (!result.ok) throw result.error;
      expect(relaxNgFaults(formatDocument(result.value))).toEqual([]);
    }),
    runs,
  );
});

it('CONF-023 and against the XSD that RFC 6503 has, but for codecs, floors of mixers and e-mail, in which the two differ', () => {
  const differ = /^Element '\{[\w:-]+\}(?:codecs?|floor|to-mixer|from-mixer|e-mail)'/u;
  fc.assert(
    fc.property(documents, (document) => {
      const faults = schemaFaults(formatDocument(checked(document)), 'rfc6503.xsd');
      expect(faults.filter((fault) => !differ.test(fault))).toEqual([]);
    }),
    runs,
  );
});

it('a checked document is checked already, in either mode', () => {
  fc.assert(
    fc.property(documents, fc.constantFrom('whole', 'change'), (document, mode) => {
      const once = checked(document, 'conference-info', mode);
      expect(checked(once, 'conference-info', mode)).toEqual(once);
    }),
    runs,
  );
});

it('reading undoes writing', () => {
  fc.assert(
    fc.property(documents, (document) => {
      const once = checked(document);
      expect(readFragment(formatDocument(once))).toEqual({ ok: true, value: once });
    }),
    runs,
  );
});

it('the order in which children come does not matter', () => {
  const turned = (element: XmlElement): XmlElement => {
    const names = [...new Set(childElements(element).map(({ ns, name }) => `${ns} ${name}`))].toReversed();
    const children = names.flatMap((key) =>
      childElements(element)
        .filter(({ ns, name }) => `${ns} ${name}` === key)
        .map(turned),
    );
    return childElements(element).length === 0 ? element : { ...element, children };
  };
  fc.assert(
    fc.property(documents, (document) => {
      expect(checked(turned(document))).toEqual(checked(document));
    }),
    runs,
  );
});

it('VER-005 an update that comes twice changes nothing the second time', () => {
  fc.assert(
    fc.property(documents, documents, (whole, update) => {
      const change = checked(update, 'conference-info', 'change');
      const once = mergeDocument(checked(whole), change, 'conference-info').merged;
      const twice = mergeDocument(once, change, 'conference-info');
      expect(twice.merged).toEqual(once);
      expect(twice.changed).toEqual([]);
    }),
    runs,
  );
});

it('CCMP-033 what changed was named', () => {
  fc.assert(
    fc.property(documents, documents, (whole, update) => {
      const change = checked(update, 'conference-info', 'change');
      const { touched, changed } = mergeDocument(checked(whole), change, 'conference-info');
      expect(touched).toEqual(expect.arrayContaining([...changed]));
    }),
    runs,
  );
});

it('nothing that is not a document makes the check throw', () => {
  const name = fc.constantFrom('conference-info', 'users', 'user', 'entry', 'uri', 'target', 'label', 'x');
  const ns = fc.constantFrom(
    'urn:ietf:params:xml:ns:conference-info',
    'urn:ietf:params:xml:ns:xcon-conference-info',
    'urn:x-plenary:ns:chat:1',
    '',
  );
  const { element } = fc.letrec<{ element: XmlElement }>((tie) => ({
    element: fc.record({
      ns,
      name,
      attributes: fc.array(fc.record({ ns: fc.constant(''), name, value: fc.string() }), { maxLength: 2 }),
      children: fc.array(fc.oneof({ maxDepth: 4 }, fc.string({ maxLength: 3 }), tie('element')), { maxLength: 3 }),
    }),
  }));
  fc.assert(
    fc.property(
      element,
      fc.constantFrom('conference-info', 'users', 'user', 'sidebar'),
      fc.constantFrom('whole', 'change'),
      (any, part, mode) => {
        const result = checkDocument(any, part, mode);
        if (!result.ok) expect(result.error.status).toBe(400);
        else if (mode === 'whole' && (part === 'conference-info' || part === 'sidebar'))
          expect(relaxNgFaults(formatDocument(result.value))).toEqual([]);
      },
    ),
  );
});
