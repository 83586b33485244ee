import type { Result } from '@plenary/wire';
import type { XmlElement } from '@plenary/wire/xml';
import type { CcmpResponse, ConferenceView, UserView } from '@plenary/xcon';
import type { CcmpFailure } from './failure.js';

/** Sent beside the operation. */
export interface AskOptions {
  /** Of a conference that is protected by one. */
  readonly password?: string;
}

/** What every answer of code 200 tells. */
export interface CcmpSuccess<T> {
  readonly value: T;
  /** Of the conference object after the operation; undefined: the answer has none. */
  readonly version: number | undefined;
  /** XCON-URI of the object; of a new one, where one was made. */
  readonly confObjId: string | undefined;
  /** XCON-USERID of who asked; a new one, where one was given. */
  readonly confUserId: string | undefined;
  /** The whole answer, with elements of extensions (a logging warning, …). */
  readonly response: CcmpResponse;
}

/** How a request ended: never a rejected promise. */
export type CcmpResult<T> = Result<CcmpSuccess<T>, CcmpFailure>;

/** A conference, blueprint or sidebar. */
export interface Conference {
  readonly document: XmlElement;
  readonly view: ConferenceView;
}

/** One user of a conference. */
export interface ConferenceUser {
  readonly element: XmlElement;
  readonly view: UserView;
}
