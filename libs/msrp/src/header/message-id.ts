/** Message-ID (RFC 4975 sections 7.1.1 and 9): `"Message-ID:" SP ident`, 4 to 32 octets. */
import { err, ok, type MessageId, type Result } from '@plenary/wire';
import { isIdent } from '../characters.js';
import { MsrpError } from '../errors.js';

/** Err `bad-message-id` when the value is not an `ident`. */
export function parseMessageId(value: string): Result<MessageId, MsrpError> {
  return isIdent(value) ? ok(value as MessageId) : err(new MsrpError('bad-message-id'));
}

export function formatMessageId(id: MessageId): string {
  return id;
}
