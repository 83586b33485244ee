import type { RefusalCode } from '../room/command.js';
import { takenUri } from '../room/refusal-texts.js';

/** One command of a transaction cannot be done, and with it the transaction. */
export class CommandFailed extends Error {
  override readonly name: string = 'CommandFailed';

  constructor(
    readonly code: RefusalCode,
    detail: string,
  ) {
    super(detail);
  }
}

/** One of the room's URIs belongs to another room. Req: XCON-015. */
export class UriTaken extends CommandFailed {
  override readonly name = 'UriTaken';

  constructor() {
    super('conflict', takenUri);
  }
}
