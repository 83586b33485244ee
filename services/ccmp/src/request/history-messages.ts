import { type CpimHead, parseMessage } from '@plenary/cpim';
import type { KeptMessage, ReadResponse } from '@plenary/proto/history';
import { type XmlAttribute, type XmlElement, xmlElement } from '@plenary/wire/xml';
import { namespaces } from '@plenary/xcon';

/** What the asker may learn. */
export interface HistoryView {
  /** Who spoke, where it was not anonymous. */
  readonly identities: boolean;
  /** XCON-USERIDs of those whose identity may be known also where it was. */
  readonly revealedUserIds: readonly string[];
}

// Char ::= #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF] (XML 1.0 §2.2); lone surrogates cannot come out of UTF-8
// oxlint-disable-next-line no-control-regex -- control characters are what this looks for
const notXml = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * `<chat:messages>`: kept messages, oldest first, and the cursor that goes on from them. Times are UTC with milliseconds.
 *
 * Req: HIST-003, HIST-005, HIST-009, HIST-010, FILE-X-004.
 */
export function messagesElement(answer: ReadResponse, view: HistoryView): XmlElement {
  const attributes = answer.cursor === '' ? [] : [attribute('cursor', answer.cursor)];
  return xmlElement(
    namespaces.chat,
    'messages',
    attributes,
    answer.messages.map((message) => messageElement(message, view)),
  );
}

/**
 * `<chat:message>`: who spoke as everybody heard it then (From of the CPIM object, nickname); the XCON-USERID and the validated identity
 * only for those who may know them now.
 */
function messageElement(message: KeptMessage, view: HistoryView): XmlElement {
  const parsed = parseMessage(message.octets);
  const head = parsed.ok ? parsed.value.head : undefined;
  const content = parsed.ok ? parsed.value.content : message.octets;
  const given: readonly (readonly [string, string | undefined])[] = [
    ['id', `${String(message.epoch)}.${String(message.seq)}`],
    ['time', new Date(Number(message.receivedAtUs / 1_000n)).toISOString()],
    ['from', head?.from.uri],
    ['display-name', head?.from.name],
    ['nickname', message.senderNickname],
    ['user', mayKnow(message, view) ? message.senderUserId : undefined],
    ['entity', view.identities ? message.senderEntity : undefined],
    ['content-type', head === undefined ? message.wrappedType : contentTypeOf(head)],
    ['content-disposition', head === undefined ? undefined : dispositionOf(head)],
    ['subject', head?.subjects[0]?.text],
    ['message-id', message.messageId],
    ['size', message.leftOutBytes === 0n ? undefined : String(message.leftOutBytes)],
  ];
  const attributes = given.flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [attribute(name, value)],
  );
  // Of a file that is not kept only the head is there: its size says so, and there is no content.
  const children = message.leftOutBytes === 0n ? [contentElement(content)] : [];
  return xmlElement(namespaces.chat, 'message', attributes, children);
}

/** Req: HIST-009, POL-020. */
function mayKnow({ senderEntity, senderUserId }: KeptMessage, { identities, revealedUserIds }: HistoryView): boolean {
  const wasAnonymous = senderEntity.toLowerCase().endsWith('@anonymous.invalid');
  return identities && (!wasAnonymous || revealedUserIds.includes(senderUserId));
}

/** `<chat:content>`: text as it is; what XML cannot hold, in base64. */
function contentElement(content: Uint8Array): XmlElement {
  const text = textOf(content);
  return text === undefined
    ? xmlElement(
        namespaces.chat,
        'content',
        [attribute('encoding', 'base64')],
        [Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('base64')],
      )
    : xmlElement(namespaces.chat, 'content', [], text === '' ? [] : [text]);
}

function textOf(content: Uint8Array): string | undefined {
  try {
    const text = utf8.decode(content);
    return notXml.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

function contentTypeOf(head: CpimHead): string {
  const { mediaType, params } = head.contentType;
  const charset = params.get('charset');
  const name = params.get('name');
  return [
    mediaType,
    ...(charset === undefined ? [] : [`charset=${charset}`]),
    ...(name === undefined ? [] : [`name=${JSON.stringify(name)}`]),
  ].join(';');
}

/** Name, size and times of a file as its sender said them (RFC 2183); undefined: the content is none, or it says what XML cannot hold. */
function dispositionOf(head: CpimHead): string | undefined {
  const value = head.contentHeaders.find(({ name }) => name === 'content-disposition')?.value;
  return value === undefined || notXml.test(value) ? undefined : value;
}

function attribute(name: string, value: string): XmlAttribute {
  return { ns: '', name, value };
}

/** `<chat:erased count="3"/>`. */
export function erasedElement(count: bigint): XmlElement {
  return xmlElement(namespaces.chat, 'erased', [attribute('count', String(count))], []);
}
