import { ConferenceMessage } from '@plenary/proto/roomstate';
import { objectHandler } from './perform.js';

/** One sidebar of a conference, by value. Spec: RFC 6503 §5.3.8. Req: SIDE-002, SIDE-004, SIDE-006. */
export const sidebarByValRequest = objectHandler(ConferenceMessage.SIDEBAR_BY_VAL, 'conference-info');
