import { ConferenceMessage } from '@plenary/proto/roomstate';
import { objectHandler } from './perform.js';

/** The `<users>` of a conference: lists, join-handling, admission policy. Spec: RFC 6503 §5.3.5. Req: CCMP-072. */
export const usersRequest = objectHandler(ConferenceMessage.USERS, 'users');
