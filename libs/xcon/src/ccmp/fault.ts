import type { CcmpMessageKind, CcmpOperation } from './kinds.js';

/** What could be read of a message that is refused, so that its answer has the right form. */
export interface CcmpFaultContext {
  /** Namespace the message was written in: one of the two spellings. */
  readonly spelling?: string;
  /** Set when type and element named one kind of message; without it the answer has no specialised part. */
  readonly kind?: CcmpMessageKind;
  readonly confUserId?: string;
  readonly confObjId?: string;
  readonly operation?: CcmpOperation;
  readonly extensionName?: string;
}

/** Why a message is refused before anybody is asked. `code` is the response code: 400 or 403; the text names no values of the message. */
export class CcmpFault extends Error {
  override name = 'CcmpFault';

  constructor(
    readonly code: 400 | 403,
    /** For `<response-string>`. */
    readonly text: string,
    readonly context: CcmpFaultContext = {},
  ) {
    super(text);
  }

  get kind(): CcmpMessageKind | undefined {
    return this.context.kind;
  }

  /** The spelling of the namespace, undefined where nothing could be read. */
  get spelling(): string | undefined {
    return this.context.spelling;
  }

  get confUserId(): string | undefined {
    return this.context.confUserId;
  }

  get confObjId(): string | undefined {
    return this.context.confObjId;
  }

  get operation(): CcmpOperation | undefined {
    return this.context.operation;
  }

  get extensionName(): string | undefined {
    return this.context.extensionName;
  }
}
