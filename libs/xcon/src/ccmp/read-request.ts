import { err, ok, type Result } from '@plenary/wire';
import { readXml, type XmlElement } from '@plenary/wire/xml';
import { CcmpFault } from './fault.js';
import { contextOf, defined, frameOf, isCcmpSpelling, kindOf } from './frame.js';
import { ccmpMessages, isCcmpOperation } from './kinds.js';
import { type CcmpLimits, defaultCcmpLimits } from './limits.js';
import type { CcmpRequest, CcmpSubject } from './request.js';
import { requiredFault } from './required-parameters.js';
import { readSequence, type Sequence, simpleText } from './sequence.js';

const frameNames = ['subject', 'confUserID', 'confObjID', 'operation', 'conference-password'];

/**
 * Reads a CCMP request. Err 400: not XML, no frame, type and element do not match, an element out of the schema's order or number, a
 * required parameter missing, a value over its limit, `<confObjID>` no XCON-URI. Err 403: the operation is not one of the message's
 * (RFC 6503 Table 1, "N/A"); 400 goes first. What `<confInfo>` and its like hold is not looked at; where it has to be ignored (retrieve
 * and delete of an object, retrieve of users) it is left out.
 *
 * Tolerated: a retrieve operation in a message that has none (Q12), `<confObjID>` in one that is about no object: both are dropped.
 *
 * Spec: RFC 6503 §5.1, §5.3.   Req: CCMP-020..023, CCMP-041, CCMP-043, CCMP-060, CCMP-065, CCMP-066, CCMP-076, CCMP-083, XCON-002.
 */
export function readCcmpRequest(text: string, limits: CcmpLimits = defaultCcmpLimits): Result<CcmpRequest, CcmpFault> {
  const document = readXml(text, limits.xml);
  if (!document.ok) return err(new CcmpFault(400, document.error.message));
  const { root, comments, prefixes } = document.value;
  const spelling = root.ns;
  const frame = frameOf(root, 'Request');
  if (frame === undefined)
    return err(new CcmpFault(400, 'not a ccmpRequest', isCcmpSpelling(spelling) ? { spelling } : {}));
  const kind = kindOf(document.value, frame, 'Request');
  const context = contextOf(frame, spelling, kind, limits.identifierLength);
  const refuse = (reason: string): Result<never, CcmpFault> => err(new CcmpFault(400, reason, context));
  if (kind === undefined) return refuse('the type of the request and its element do not match');
  const form = ccmpMessages[kind];

  const sequence = readSequence(frame, frameNames, spelling);
  if (!sequence.ok) return refuse(sequence.error);
  const { message } = sequence.value;
  const partNames = kind === 'extended' ? ['extensionName'] : form.filter ? ['xpathFilter'] : [form.requestInfo ?? ''];
  const parts = message === undefined ? ok(nothing) : readSequence(message, partNames, spelling);
  if (!parts.ok) return refuse(parts.error);
  if (parts.value.message !== undefined) return refuse(`<${parts.value.message.name}> is out of place`);

  const subject = readSubject(sequence.value.own.get('subject'), spelling, limits);
  if (!subject.ok) return refuse(subject.error);
  const values = readValues({ ...sequence.value, own: new Map([...sequence.value.own, ...parts.value.own]) }, limits);
  if (!values.ok) return refuse(values.error);
  const { operation: word, confObjId, ...others } = values.value;
  if (word !== undefined && !isCcmpOperation(word)) return refuse('<operation> is none of the four');
  const operation = form.operation ? word : undefined;
  const info = parts.value.own.get(form.requestInfo ?? '');
  const request: CcmpRequest = {
    ...defined<Omit<CcmpRequest, 'kind' | 'spelling' | 'extensions' | 'comments' | 'prefixes'>>({
      ...others,
      subject: subject.value,
      confObjId: form.confObjId === 'ignored' ? undefined : confObjId,
      operation,
      info: isInfoIgnored(kind, operation) ? undefined : info,
    }),
    kind,
    spelling,
    extensions: [...sequence.value.others, ...parts.value.others],
    comments,
    prefixes,
  };
  const missing = requiredFault(request);
  if (missing !== undefined) return refuse(missing);
  if (word !== undefined && !form.operations.includes(word))
    return err(new CcmpFault(403, `${word} is no operation of ${form.request ?? 'optionsRequest'}`, context));
  return ok(request);
}

const nothing: Sequence = { own: new Map(), others: [], message: undefined };

// RFC 6503 §5.3.4: "The conference server MUST ignore any <confInfo> parameter that is received in a confRequest "retrieve" operation."
// §5.3.4 delete, §5.3.5 retrieve, §5.3.8 and §5.3.10 say the same of theirs.
function isInfoIgnored(kind: CcmpRequest['kind'], operation: CcmpRequest['operation']): boolean {
  return kind !== 'user' && (operation === 'retrieve' || operation === 'delete');
}

type Values = Partial<
  Record<'confUserId' | 'confObjId' | 'operation' | 'conferencePassword' | 'xpathFilter' | 'extensionName', string>
>;

/** The texts of a request; an empty one counts as missing. */
function readValues({ own }: Sequence, limits: CcmpLimits): Result<Values, string> {
  const wanted: readonly (readonly [keyof Values, string, number, 'trim' | 'keep'])[] = [
    ['confUserId', 'confUserID', limits.identifierLength, 'trim'],
    ['confObjId', 'confObjID', limits.identifierLength, 'trim'],
    ['operation', 'operation', limits.identifierLength, 'trim'],
    ['conferencePassword', 'conference-password', limits.credentialLength, 'keep'],
    ['xpathFilter', 'xpathFilter', limits.filterLength, 'trim'],
    ['extensionName', 'extensionName', limits.identifierLength, 'trim'],
  ];
  const values: Values = {};
  for (const [key, name, length, space] of wanted) {
    const value = readText(own.get(name), name, length);
    if (!value.ok) return value;
    const read = space === 'trim' ? value.value.trim() : value.value;
    if (read !== '') values[key] = read;
  }
  return ok(values);
}

function readText(element: XmlElement | undefined, name: string, length: number): Result<string, string> {
  if (element === undefined) return ok('');
  const text = simpleText(element);
  if (text === undefined) return err(`<${name}> has elements in it`);
  return text.length > length ? err(`<${name}> is too long`) : ok(text);
}

function readSubject(
  element: XmlElement | undefined,
  spelling: string,
  limits: CcmpLimits,
): Result<CcmpSubject | undefined, string> {
  if (element === undefined) return ok(undefined);
  const sequence = readSequence(element, ['username', 'password'], spelling);
  if (!sequence.ok) return sequence;
  if (sequence.value.message !== undefined) return err('<subject> has a message in it');
  const username = readText(sequence.value.own.get('username'), 'username', limits.credentialLength);
  if (!username.ok) return username;
  const password = readText(sequence.value.own.get('password'), 'password', limits.credentialLength);
  return password.ok ? ok({ username: username.value.trim(), password: password.value }) : password;
}
