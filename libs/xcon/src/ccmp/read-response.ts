import { err, ok, type Result } from '@plenary/wire';
import { readXml, type XmlElement } from '@plenary/wire/xml';
import { CcmpFault } from './fault.js';
import { contextOf, defined, frameOf, isCcmpSpelling, kindOf } from './frame.js';
import { ccmpMessages } from './kinds.js';
import { type CcmpLimits, defaultCcmpLimits } from './limits.js';
import { readOptions } from './options.js';
import type { CcmpResponse } from './response.js';
import { readSequence, type Sequence, simpleText } from './sequence.js';

const frameNames = ['confUserID', 'confObjID', 'operation', 'response-code', 'response-string', 'version'];

/**
 * Reads a CCMP response. Err (always code 400, there is nobody to tell) when it is none: not XML, no frame, type and element do not
 * match, elements out of order, no three-digit code, a version that is no positive integer. A frame without type and message is the
 * answer to a request that could not be read: `kind` is then absent. A missing or empty `<confUserID>` is let pass.
 *
 * Spec: RFC 6503 §5.2, §11.
 */
export function readCcmpResponse(
  text: string,
  limits: CcmpLimits = defaultCcmpLimits,
): Result<CcmpResponse, CcmpFault> {
  const document = readXml(text, limits.xml);
  if (!document.ok) return err(new CcmpFault(400, document.error.message));
  const spelling = document.value.root.ns;
  const frame = frameOf(document.value.root, 'Response');
  if (frame === undefined)
    return err(new CcmpFault(400, 'not a ccmpResponse', isCcmpSpelling(spelling) ? { spelling } : {}));
  const kind = kindOf(document.value, frame, 'Response');
  const context = contextOf(frame, spelling, kind, limits.identifierLength);
  const refuse = (reason: string): Result<never, CcmpFault> => err(new CcmpFault(400, reason, context));

  const sequence = readSequence(frame, frameNames, spelling);
  if (!sequence.ok) return refuse(sequence.error);
  const { own, message, others } = sequence.value;
  if (kind === undefined && message !== undefined)
    return refuse('the type of the response and its element do not match');
  const code = valueOf(own.get('response-code'));
  if (!/^[1-9]\d\d$/u.test(code)) return refuse('<response-code> is no code');
  const version = valueOf(own.get('version'));
  if (own.has('version') && !/^\+?\d{1,15}$/u.test(version)) return refuse('<version> is no version');
  if (own.has('version') && Number(version) === 0) return refuse('<version> is no version');

  const form = kind === undefined ? undefined : ccmpMessages[kind];
  const partName = kind === 'options' ? 'options' : kind === 'extended' ? 'extensionName' : (form?.responseInfo ?? '');
  const parts: Result<Sequence, string> =
    message === undefined
      ? ok({ own: new Map(), others: [], message: undefined })
      : readSequence(message, [partName], spelling);
  if (!parts.ok) return refuse(parts.error);
  const part = parts.value.own.get(partName);
  const options = kind === 'options' && part !== undefined ? readOptions(part) : ok(undefined);
  if (!options.ok) return refuse(options.error);

  const responseString = own.get('response-string');
  const hasInfo = kind !== 'options' && kind !== 'extended';
  return ok({
    ...context,
    ...defined<Pick<CcmpResponse, 'text' | 'version' | 'info' | 'options'>>({
      text: responseString === undefined ? undefined : valueOf(responseString),
      version: own.has('version') ? Number(version) : undefined,
      info: hasInfo ? part : undefined,
      options: options.value,
    }),
    spelling,
    code: Number(code),
    extensions: [...others, ...parts.value.others],
  });
}

function valueOf(element: XmlElement | undefined): string {
  return element === undefined ? '' : (simpleText(element) ?? '').trim();
}
