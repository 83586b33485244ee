import type { LogPublish } from './interface.js';

/** Why no engine takes this message; undefined if it may go. Visible ASCII only, so that nothing ends a header line. */
export function publishFault(message: LogPublish): string | undefined {
  if (!isVisible(message.msgId)) return 'message id is not visible ASCII';
  if (message.traceparent !== undefined && !isVisible(message.traceparent)) return 'trace context is not visible ASCII';
  return undefined;
}

function isVisible(value: string): boolean {
  return /^[\x21-\x7e]+$/.test(value);
}
