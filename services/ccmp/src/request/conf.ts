import { ConferenceMessage } from '@plenary/proto/roomstate';
import { objectHandler } from './perform.js';

/** A conference object as a whole. Spec: RFC 6503 §5.3.4. Req: CCMP-066, CCMP-067, CCMP-069, CCMP-070, CCMP-071. */
export const confRequest = objectHandler(ConferenceMessage.CONF, 'conference-info');
