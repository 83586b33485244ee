import { err, ok, type Result } from '@plenary/wire';
import { childElement, childrenNamed, textOf, type XmlElement, xmlElement } from '@plenary/wire/xml';
import { textElement } from './frame.js';
import { type CcmpOperation, isCcmpOperation, standardMessageNames } from './kinds.js';

/** One message a server offers (RFC 6503 §5.3.12). */
export interface CcmpOption {
  /** `confRequest` and its like, or the name of an extension. */
  readonly name: string;
  /** Absent: all that the message has. */
  readonly operations?: readonly CcmpOperation[];
  /** Where the schema of elements is that RFC 6503 does not define; an extension has one. */
  readonly schemaDef?: string;
  readonly description?: string;
}

/** What `optionsResponse` tells. */
export interface CcmpOptions {
  /** At least one, of `standardMessageNames`. */
  readonly standard: readonly CcmpOption[];
  readonly extended: readonly CcmpOption[];
}

/**
 * Writes `<options>`. The schema allows one `<extended-message>` only, the text a list: with more than one the text is followed.
 *
 * Spec: RFC 6503 §5.3.12, §11.   Req: CCMP-084.
 */
export function optionsElement(options: CcmpOptions): XmlElement {
  const lists = [
    xmlElement(
      '',
      'standard-message-list',
      [],
      options.standard.map((option) => messageElement('standard', option)),
    ),
  ];
  if (options.extended.length > 0)
    lists.push(
      xmlElement(
        '',
        'extended-message-list',
        [],
        options.extended.map((option) => messageElement('extended', option)),
      ),
    );
  return xmlElement('', 'options', [], lists);
}

function messageElement(list: 'standard' | 'extended', option: CcmpOption): XmlElement {
  const { operations, description } = option;
  return xmlElement(
    '',
    `${list}-message`,
    [],
    [
      ...textElement('name', option.name),
      ...(operations === undefined
        ? []
        : [
            xmlElement(
              '',
              'operations',
              [],
              operations.flatMap((operation) => textElement('operation', operation)),
            ),
          ]),
      ...textElement('schema-def', option.schemaDef ?? (list === 'extended' ? '' : undefined)),
      ...textElement('description', description),
    ],
  );
}

/** Reads `<options>`. Err in words: no list, a message without name, an operation or a standard name that is none. */
export function readOptions(element: XmlElement): Result<CcmpOptions, string> {
  const standardList = childElement(element, '', 'standard-message-list');
  if (standardList === undefined) return err('<options> has no standard-message-list');
  const standard = readMessages(standardList, 'standard');
  if (!standard.ok) return standard;
  if (!standard.value.every(({ name }) => standardMessageNames.includes(name)))
    return err('a standard message has a name that is not defined');
  const extended = readMessages(childElement(element, '', 'extended-message-list'), 'extended');
  return extended.ok ? ok({ standard: standard.value, extended: extended.value }) : extended;
}

function readMessages(list: XmlElement | undefined, kind: 'standard' | 'extended'): Result<CcmpOption[], string> {
  const options: CcmpOption[] = [];
  for (const element of childrenNamed(list, '', `${kind}-message`)) {
    const text = (name: string): string | undefined => {
      const child = childElement(element, '', name);
      return child === undefined ? undefined : textOf(child);
    };
    const name = text('name') ?? '';
    const operationList = childElement(element, '', 'operations');
    const operations = childrenNamed(operationList, '', 'operation').map(textOf).filter(isCcmpOperation);
    if (name === '') return err(`a ${kind} message has no name`);
    if (operations.length !== childrenNamed(operationList, '', 'operation').length)
      return err('an operation is none of the four');
    const schemaDef = text('schema-def');
    const description = text('description');
    options.push({
      name,
      ...(operationList === undefined ? {} : { operations }),
      ...(schemaDef === undefined || schemaDef === '' ? {} : { schemaDef }),
      ...(description === undefined ? {} : { description }),
    });
  }
  return ok(options);
}
