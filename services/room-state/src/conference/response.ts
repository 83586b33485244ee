import type { UserId } from '@plenary/wire';
import type { XmlElement } from '@plenary/wire/xml';
import type { RefusalCode } from '../room/command.js';

/** What an operation of conference control came to. */
export interface Performed {
  /** Response code of RFC 6503 §5.4. */
  readonly code: number;
  /** For a human; empty: the code's own text. */
  readonly detail: string;
  /** confObjID of the answer; empty: none. */
  readonly object: string;
  /** XCON-USERID of the requestor. */
  readonly userId: UserId | '';
  /** 0: the answer carries none. */
  readonly version: bigint;
  readonly document: XmlElement | undefined;
  readonly logging: { readonly notice: string; readonly since: string } | undefined;
  /** XCON-URI of the conference in the closed one's place; empty: none. */
  readonly venue: string;
  readonly history: HistoryGrant | undefined;
}

/** What may be read of the kept log. */
export interface HistoryGrant {
  readonly room: string;
  /** Microseconds since 1970; 0: everything. */
  readonly fromUs: bigint;
  readonly identities: boolean;
  readonly defaultCount: number;
  readonly maximumCount: number;
  /** XCON-USERIDs of those who are anonymous to most and whose identity may be known. */
  readonly revealedUserIds: readonly string[];
}

const blank: Performed = {
  code: 500,
  detail: '',
  object: '',
  userId: '',
  version: 0n,
  document: undefined,
  logging: undefined,
  venue: '',
  history: undefined,
};

export function performed(answer: Partial<Performed> & Pick<Performed, 'code'>): Performed {
  return { ...blank, ...answer };
}

/** Response code of every refusal. Spec: RFC 6503 §5.4. Req: CCMP-041..CCMP-056. */
export const responseCodes: Readonly<Record<RefusalCode, number>> = {
  'bad-request': 400,
  'nickname-malformed': 400,
  'not-permitted': 401,
  'not-a-member': 401,
  'operation-invalid': 403,
  'no-such-object': 404,
  closed: 404,
  conflict: 409,
  locked: 409,
  'not-now': 409,
  'too-many-sessions': 409,
  'nickname-in-use': 409,
  'nickname-reserved': 409,
  'nicknames-off': 409,
  'seat-lapsed': 409,
  'no-such-endpoint': 409,
  'no-such-call': 409,
  declined: 409,
  'no-such-target': 420,
  'password-wrong': 422,
  'password-stale': 422,
  'identities-needed': 500,
  'password-required': 423,
  unauthenticated: 424,
  'children-in-use': 425,
  protected: 426,
  'placeholder-domain': 427,
  full: 511,
  limit: 511,
};
