import type { XmlElement } from '@plenary/wire/xml';
import {
  type CcmpMessageKind,
  type CcmpOperation,
  type CcmpOptions,
  type CcmpResponse,
  type ListedObject,
  listedObjects,
  sidebarDocuments,
} from '@plenary/xcon';
import { type CcmpClientOptions, CcmpConnection } from './connection.js';
import { ObjectOperations } from './object-operations.js';
import { about, conferenceOf, conferenceUserOf, nothing, userOf, withInfo, withResponse } from './reading.js';
import type { AskOptions, CcmpResult, Conference, ConferenceUser } from './results.js';

/**
 * A client of CCMP: its operations, one function each. Documents are elements of the RFC 6501 data model; what goes in may be of any name.
 * No function rejects: a failure is a value.
 *
 * Spec: RFC 6503 §5.3.
 */
export class CcmpClient {
  readonly conference: ObjectOperations;
  readonly blueprint: ObjectOperations;
  readonly sidebarByVal: ObjectOperations;
  readonly sidebarByRef: ObjectOperations;
  readonly #connection: CcmpConnection;

  /** Throws `RangeError` as `CcmpConnection` does. Nothing is opened before the first request. */
  constructor(options: CcmpClientOptions) {
    this.#connection = new CcmpConnection(options);
    this.conference = new ObjectOperations(this.#connection, 'conf');
    this.blueprint = new ObjectOperations(this.#connection, 'blueprint');
    this.sidebarByVal = new ObjectOperations(this.#connection, 'sidebarByVal');
    this.sidebarByRef = new ObjectOperations(this.#connection, 'sidebarByRef');
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.#connection.close();
  }

  /** Blueprints we may use, those of which the XPath expression is true. Req: CCMP-060, CCMP-061. */
  async blueprints(xpathFilter?: string): Promise<CcmpResult<readonly ListedObject[]>> {
    return withResponse(await this.#list('blueprints', undefined, xpathFilter), ({ info }) => listedObjects(info));
  }

  /** Conferences we may know of. Req: CCMP-065. */
  async conferences(xpathFilter?: string): Promise<CcmpResult<readonly ListedObject[]>> {
    return withResponse(await this.#list('confs', undefined, xpathFilter), ({ info }) => listedObjects(info));
  }

  /** Sidebars a conference holds by value. Req: CCMP-082. */
  async sidebarsByVal(
    uri: string,
    options: AskOptions & { readonly xpathFilter?: string } = {},
  ): Promise<CcmpResult<readonly Conference[]>> {
    return withResponse(await this.#list('sidebarsByVal', uri, options.xpathFilter, options), ({ info }) =>
      sidebarDocuments(info).map(conferenceOf),
    );
  }

  /** Sidebars a conference names. Req: CCMP-082. */
  async sidebarsByRef(
    uri: string,
    options: AskOptions & { readonly xpathFilter?: string } = {},
  ): Promise<CcmpResult<readonly ListedObject[]>> {
    return withResponse(await this.#list('sidebarsByRef', uri, options.xpathFilter, options), ({ info }) =>
      listedObjects(info),
    );
  }

  /** `<users>` of a conference. Req: CCMP-072. */
  async users(uri: string, options: AskOptions = {}): Promise<CcmpResult<XmlElement>> {
    return withInfo(await this.#ask('users', 'retrieve', uri, options), (info) => info);
  }

  /** Changes lists and rules of who may enter. Req: CCMP-072. */
  async updateUsers(uri: string, users: XmlElement, options: AskOptions = {}): Promise<CcmpResult<void>> {
    return withResponse(await this.#ask('users', 'update', uri, options, users), nothing);
  }

  /** One user: ourselves without `user`, whose 'entity' says who. Req: CCMP-078. */
  async user(uri: string, user?: XmlElement, options: AskOptions = {}): Promise<CcmpResult<ConferenceUser>> {
    return withInfo(await this.#ask('user', 'retrieve', uri, options, user), conferenceUserOf);
  }

  /**
   * Enters a conference, or brings another user in whose id is the element's 'entity'; a placeholder where it has to be found or made. Who
   * has no id yet gets one, in `confUserId`. The answer has the nickname. Req: CCMP-074..077, NICK-X-008.
   */
  async join(
    uri: string,
    user?: XmlElement,
    options: AskOptions = {},
  ): Promise<CcmpResult<ConferenceUser | undefined>> {
    return withResponse(await this.#ask('user', 'create', uri, options, user), userOf);
  }

  /** Changes a user: roles, media, nickname, anonymity. Req: CCMP-079. */
  async updateUser(
    uri: string,
    user: XmlElement,
    options: AskOptions = {},
  ): Promise<CcmpResult<ConferenceUser | undefined>> {
    return withResponse(await this.#ask('user', 'update', uri, options, user), userOf);
  }

  /** Puts a user out; leaves, without `user`. Req: CCMP-080. */
  async removeUser(uri: string, user?: XmlElement, options: AskOptions = {}): Promise<CcmpResult<void>> {
    return withResponse(await this.#ask('user', 'delete', uri, options, user), nothing);
  }

  /** What the server offers. Req: CCMP-084. */
  async options(): Promise<CcmpResult<CcmpOptions>> {
    return withResponse(
      await this.#connection.ask({ kind: 'options' }),
      ({ options }) => options ?? { standard: [], extended: [] },
    );
  }

  /** A message of an extension: its elements go and come. Req: CCMP-083. */
  async extended(
    extensionName: string,
    operation: CcmpOperation,
    request: AskOptions & { readonly uri?: string; readonly extensions?: readonly XmlElement[] } = {},
  ): Promise<CcmpResult<readonly XmlElement[]>> {
    const { uri, extensions = [] } = request;
    const answer = await this.#connection.ask({
      kind: 'extended',
      operation,
      extensionName,
      extensions,
      ...about(uri, request),
    });
    return withResponse(answer, (response) => response.extensions ?? []);
  }

  #list(
    kind: CcmpMessageKind,
    uri: string | undefined,
    xpathFilter: string | undefined,
    options: AskOptions = {},
  ): Promise<CcmpResult<CcmpResponse>> {
    return this.#connection.ask({
      kind,
      ...about(uri, options),
      ...(xpathFilter === undefined ? {} : { xpathFilter }),
    });
  }

  #ask(
    kind: CcmpMessageKind,
    operation: CcmpOperation,
    uri: string,
    options: AskOptions,
    info?: XmlElement,
  ): Promise<CcmpResult<CcmpResponse>> {
    return this.#connection.ask({ kind, operation, ...about(uri, options), ...(info === undefined ? {} : { info }) });
  }
}
