import type { XmlElement } from '@plenary/wire/xml';
import type { CcmpOperation, CcmpResponse } from '@plenary/xcon';
import type { CcmpConnection } from './connection.js';
import { about, conferenceOf, infoOf, nothing, withInfo, withResponse } from './reading.js';
import type { AskOptions, CcmpResult, Conference } from './results.js';

/** Objects that are conferences of some kind, each with messages of its own. */
type ObjectKind = 'conf' | 'blueprint' | 'sidebarByVal' | 'sidebarByRef';

/** Retrieve, create, update, delete of one kind of conference object. Req: CCMP-063..071. */
export class ObjectOperations {
  readonly #connection: CcmpConnection;
  readonly #kind: ObjectKind;

  constructor(connection: CcmpConnection, kind: ObjectKind) {
    this.#connection = connection;
    this.#kind = kind;
  }

  async retrieve(uri: string, options: AskOptions = {}): Promise<CcmpResult<Conference>> {
    return withInfo(await this.#ask('retrieve', uri, options), conferenceOf);
  }

  /**
   * Makes an object: a clone of `from` (for a sidebar its parent), or what `document` describes, or, with neither, a clone of the default
   * blueprint. Its XCON-URI is `confObjId` of the result. A conference is made of one or the other (RFC 6503 §5.3.4).
   */
  async create(
    what: { readonly from?: string; readonly document?: XmlElement } = {},
    options: AskOptions = {},
  ): Promise<CcmpResult<Conference | undefined>> {
    return withResponse(await this.#ask('create', what.from, options, what.document), infoOf);
  }

  /** `change` holds what is to be different, nothing else; an empty element takes its like away. */
  async update(uri: string, change: XmlElement, options: AskOptions = {}): Promise<CcmpResult<Conference | undefined>> {
    return withResponse(await this.#ask('update', uri, options, change), infoOf);
  }

  async delete(uri: string, options: AskOptions = {}): Promise<CcmpResult<void>> {
    return withResponse(await this.#ask('delete', uri, options), nothing);
  }

  #ask(
    operation: CcmpOperation,
    uri: string | undefined,
    options: AskOptions,
    info?: XmlElement,
  ): Promise<CcmpResult<CcmpResponse>> {
    return this.#connection.ask({
      kind: this.#kind,
      operation,
      ...about(uri, options),
      ...(info === undefined ? {} : { info }),
    });
  }
}
