import { attributeOf, childElement, childrenNamed, textOf, type XmlElement } from '@plenary/wire/xml';
import { namespaces } from '@plenary/xcon';

/** One message of a room's log. */
export interface KeptMessage {
  /** The place in the log. */
  readonly id: string;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly from: string;
  readonly displayName: string;
  readonly nickname: string;
  /** XCON-USERID; empty where the asker may not know it. */
  readonly user: string;
  readonly contentType: string;
  readonly subject: string;
  /** Octets; undefined: a file whose content was not kept. */
  readonly content: Uint8Array | undefined;
  /** Size of content that was not kept. */
  readonly size: number | undefined;
}

/** A page of a log, and the cursor that goes on; empty: there is no more. */
export interface HistoryPage {
  readonly messages: readonly KeptMessage[];
  readonly cursor: string;
}

/** Reads `<chat:messages>` of an answer; without it there are none. */
export function readMessages(extensions: readonly XmlElement[] | undefined): HistoryPage {
  const list = extensions?.find(({ ns, name }) => ns === namespaces.chat && name === 'messages');
  return {
    messages: childrenNamed(list, namespaces.chat, 'message').map(readMessage),
    cursor: attributeOf(list, 'cursor') ?? '',
  };
}

function readMessage(element: XmlElement): KeptMessage {
  const text = (name: string): string => attributeOf(element, name) ?? '';
  const content = childElement(element, namespaces.chat, 'content');
  const size = attributeOf(element, 'size');
  return {
    id: text('id'),
    time: text('time'),
    from: text('from'),
    displayName: text('display-name'),
    nickname: text('nickname'),
    user: text('user'),
    contentType: text('content-type'),
    subject: text('subject'),
    content: content === undefined ? undefined : octetsOf(content),
    size: size === undefined ? undefined : Number(size),
  };
}

function octetsOf(content: XmlElement): Uint8Array {
  if (attributeOf(content, 'encoding') === 'base64') return Buffer.from(textOf(content), 'base64');
  return Buffer.from(content.children.filter((child) => typeof child === 'string').join(''), 'utf8');
}
