import { dialogIdOf, type SipRequest } from '@plenary/sip';
import { acknowledged } from '../conference/acknowledge.js';
import type { ConferenceDependencies } from '../conference/dependencies.js';

/** Look-ups at once; ACKs above that are dropped, and come again with the next 2xx. */
const openMax = 100;

/**
 * ACKs whose 2xx another replica sent (SIP-022): they make the participant joined as at home, and the other one finds the dialog confirmed. An ACK
 * to a tag of our own that nobody waits for is a repetition.
 */
export function strayAcks(deps: ConferenceDependencies): (ack: SipRequest) => void {
  let open = 0;
  return (ack) => {
    const id = dialogIdOf(ack);
    if (!id.ok || !id.value || open >= openMax || id.value.localTag.startsWith(`${deps.replica}.`)) return;
    const { value: dialog } = id;
    open += 1;
    const found = deps.dialogs
      .find(dialog)
      .then((record) => {
        if (record && record.dialog.remoteTag === dialog.remoteTag && record.state !== 'confirmed')
          void acknowledged(record, ack, deps);
      })
      .catch((error: unknown) => {
        deps.events.failed('taking an ACK', error);
      })
      .finally(() => {
        open -= 1;
      });
    deps.work.track(found);
  };
}
