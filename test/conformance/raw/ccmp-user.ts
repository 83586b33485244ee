import { childElement, childElements, childrenNamed, textOf, type XmlElement } from '@plenary/wire/xml';
import {
  answerInfo,
  answerText,
  ccmpRequest,
  postCcmp,
  type CcmpAnswer,
  type CcmpKind,
  type CcmpParts,
} from './ccmp.js';
import { xconDocumentFaults } from './xcon-schema.js';

const info = 'urn:ietf:params:xml:ns:conference-info';
const chat = 'urn:x-plenary:ns:chat:1';

/** A conference that was made by CCMP. */
export interface MadeRoom {
  /** XCON-URI. */
  readonly id: string;
  /** SIP URI by which it is entered. */
  readonly uri: string;
}

/** What stands in the answer of chatHistory for one message. */
export interface HistoryMessage {
  readonly text: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface HistoryPage {
  readonly code: number;
  readonly messages: readonly HistoryMessage[];
  /** Empty: there is no more. */
  readonly cursor: string;
}

/** A conference-control client of one user of demo mode: password and XCON-USERID follow from the name. */
export class CcmpUser {
  readonly userId: string;
  readonly #url: string;

  /** `address`: host:port of the server. */
  constructor(
    address: string,
    readonly name: string,
    readonly domain = 'localhost',
  ) {
    this.userId = `xcon-userid:${name}@${domain}`;
    this.#url = `http://${address}/ccmp`;
  }

  ask(kind: CcmpKind, parts: CcmpParts = {}): Promise<CcmpAnswer> {
    const subject = { username: this.name, password: this.name };
    return postCcmp(this.#url, ccmpRequest(kind, { subject, confUserID: this.userId, ...parts }));
  }

  /** confRequest/update with the parts of a conference-info that change; throws unless it is done. */
  async update(room: MadeRoom, change: string): Promise<CcmpAnswer> {
    return done(await this.tryUpdate(room, change));
  }

  tryUpdate({ id }: Pick<MadeRoom, 'id'>, change: string): Promise<CcmpAnswer> {
    const inner = `<confInfo entity="${id}">${change}</confInfo>`;
    return this.ask('conf', { confObjID: id, operation: 'update', inner });
  }

  /** A room out of a blueprint, active, with further parts of its conference-info. */
  async room(blueprint: string, change = ''): Promise<MadeRoom> {
    const made = done(await this.ask('conf', { confObjID: `xcon:${blueprint}@${this.domain}`, operation: 'create' }));
    const id = answerText(made, 'confObjID') ?? '';
    const uri = sipUriOf(answerInfo(made, 'conf', 'confInfo'));
    const room = { id, uri };
    await this.update(room, '<info:conference-state><info:active>true</info:active></info:conference-state>');
    if (change !== '') await this.update(room, change);
    return room;
  }

  /** userRequest/update of somebody in the room. */
  updateUser(room: Pick<MadeRoom, 'id'>, userId: string, change: string): Promise<CcmpAnswer> {
    const inner = `<userInfo entity="${userId}">${change}</userInfo>`;
    return this.ask('user', { confObjID: room.id, operation: 'update', inner });
  }

  /** userRequest/create of another user. */
  addUser(room: Pick<MadeRoom, 'id'>, userId: string, parts = ''): Promise<CcmpAnswer> {
    const inner = `<userInfo entity="${userId}">${parts}</userInfo>`;
    return this.ask('user', { confObjID: room.id, operation: 'create', inner });
  }

  removeUser(room: Pick<MadeRoom, 'id'>, userId: string): Promise<CcmpAnswer> {
    const inner = `<userInfo entity="${userId}"/>`;
    return this.ask('user', { confObjID: room.id, operation: 'delete', inner });
  }

  /** The conference document as this user may see it; throws unless it is valid (CONF-023). */
  async document(room: Pick<MadeRoom, 'id'>): Promise<XmlElement> {
    const answer = done(await this.ask('conf', { confObjID: room.id, operation: 'retrieve' }));
    const found = answerInfo(answer, 'conf', 'confInfo');
    if (found === undefined) throw new Error(`no confInfo: ${answer.text}`);
    const faults = xconDocumentFaults(found);
    if (faults.length > 0) throw new Error(`the document breaks the schema:\n${faults.join('\n')}\n${answer.text}`);
    return found;
  }

  /** chatHistory/retrieve; the attributes are those of `<chat:history-request>`. */
  async history(
    confObjID: string | undefined,
    asked: Readonly<Record<string, string | number>> = {},
  ): Promise<HistoryPage> {
    const answer = await this.#extended(confObjID, 'retrieve', asked);
    const messages = extendedElement(answer, 'messages');
    return {
      code: answer.code,
      messages: childrenNamed(messages, chat, 'message').map((message) => ({
        text: childElements(message).map(textOf).join(''),
        attributes: attributesOf(message),
      })),
      cursor: messages === undefined ? '' : (attributesOf(messages)['cursor'] ?? ''),
    };
  }

  /** chatHistory/delete of what one person said. */
  async erase(confObjID: string, userId: string): Promise<{ code: number; count: number }> {
    const answer = await this.#extended(confObjID, 'delete', { user: userId });
    const erased = extendedElement(answer, 'erased');
    return { code: answer.code, count: erased === undefined ? 0 : Number(attributesOf(erased)['count']) };
  }

  #extended(
    confObjID: string | undefined,
    operation: string,
    asked: Readonly<Record<string, string | number>>,
  ): Promise<CcmpAnswer> {
    const attributes = Object.entries(asked).map(([name, value]) => ` ${name}="${String(value)}"`);
    const inner = `<extensionName>chatHistory</extensionName><chat:history-request${attributes.join('')}/>`;
    return this.ask('extended', { ...(confObjID === undefined ? {} : { confObjID }), operation, inner });
  }
}

/** The answer, if it is a success; throws otherwise. */
export function done(answer: CcmpAnswer): CcmpAnswer {
  if (answer.status !== 200 || answer.code !== 200)
    throw new Error(`HTTP ${String(answer.status)}, CCMP ${String(answer.code)}: ${answer.text}`);
  return answer;
}

/** The `chat:logging` of a document or a user's answer, as its attributes. */
export function loggingOf(element: XmlElement | undefined): Readonly<Record<string, string>> {
  const state = childElement(element, info, 'conference-state') ?? element;
  const logging = childElement(state, chat, 'logging');
  return logging === undefined ? {} : attributesOf(logging);
}

function attributesOf(element: XmlElement): Readonly<Record<string, string>> {
  return Object.fromEntries(element.attributes.map(({ name, value }) => [name, value]));
}

function extendedElement(answer: CcmpAnswer, name: string): XmlElement | undefined {
  const extended = answer.response?.children.find(
    (child): child is XmlElement => typeof child !== 'string' && child.name === 'extendedResponse',
  );
  return childElement(extended, chat, name);
}

function sipUriOf(confInfo: XmlElement | undefined): string {
  const uris = childElement(childElement(confInfo, info, 'conference-description'), info, 'conf-uris');
  const entries = childrenNamed(uris, info, 'entry').map((entry) => childElement(entry, info, 'uri'));
  const found = entries.map((uri) => (uri === undefined ? '' : textOf(uri))).find((uri) => uri.startsWith('sip:'));
  if (found === undefined) throw new Error('the answer names no SIP URI');
  return found;
}
