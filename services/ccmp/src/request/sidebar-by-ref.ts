import { ConferenceMessage } from '@plenary/proto/roomstate';
import { objectHandler } from './perform.js';

/** One sidebar of a conference, by reference. Spec: RFC 6503 §5.3.10. Req: SIDE-003, SIDE-004, SIDE-006. */
export const sidebarByRefRequest = objectHandler(ConferenceMessage.SIDEBAR_BY_REF, 'conference-info');
