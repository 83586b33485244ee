import { ConferenceMessage } from '@plenary/proto/roomstate';
import { objectHandler } from './perform.js';

/** One user of a conference Spec: RFC 6503 §5.3.6. Req:  joins, adds, changes, leaves, removes.:CCMP-074, CCMP-076..081. */
export const userRequest = objectHandler(ConferenceMessage.USER, 'user');
