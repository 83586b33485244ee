import type { SubscriptionLimits } from './dependencies.js';
import { changeRendition, fullRendition, type Rendition, type Shape } from './rendition.js';
import type { Subscriber } from './subscriber.js';
import type { ViewDocument } from './view-document.js';

/** How much of a document a subscriber is told: above the limits no users but their number (EVT-023, SIP-011). */
export function shapeOf(
  document: ViewDocument,
  { takesTcp }: Pick<Subscriber, 'takesTcp'>,
  { bodyBytes, datagramBytes }: SubscriptionLimits,
): Shape {
  // Characters, not octets: a limit need not be met to the last.
  const limit = takesTcp === false ? Math.min(bodyBytes, datagramBytes) : bodyBytes;
  return document.text.length > limit ? 'counted' : 'whole';
}

/**
 * What a subscriber is sent: what has changed since its last NOTIFY, where there is one to build on and that is worth it, else the whole state. Undefined: its view
 * shows no change.
 */
export function chooseRendition(
  { shown, record }: Pick<Subscriber, 'shown' | 'record'>,
  document: ViewDocument,
  shape: Shape,
  needsFull: boolean,
  { bodyBytes }: SubscriptionLimits,
): Rendition | undefined {
  const full = (): Rendition => fullRendition(document, record.form, shape);
  if (needsFull || !shown || shown.shape !== shape) return full();
  const change = changeRendition(shown.document, document, record.form, shape);
  return change && change.sizeBytes > bodyBytes ? full() : change;
}
