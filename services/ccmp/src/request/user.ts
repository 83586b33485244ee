import { ConferenceMessage } from '@plenary/proto/roomstate';
import { objectHandler } from './perform.js';

/** One user of a conference: joins, adds, changes, leaves, removes. Spec: RFC 6503 §5.3.6. Req: CCMP-074, CCMP-076..CCMP-081. */
export const userRequest = objectHandler(ConferenceMessage.USER, 'user');
