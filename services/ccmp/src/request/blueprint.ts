import { ConferenceMessage } from '@plenary/proto/roomstate';
import { objectHandler } from './perform.js';

/** A blueprint as a whole; all but retrieve is for administrators (403 for others, room-state says). Spec: RFC 6503 §5.3.3. Req: CCMP-063. */
export const blueprintRequest = objectHandler(ConferenceMessage.BLUEPRINT, 'conference-info');
