import { ConferenceMessage } from '@plenary/proto/roomstate';
import { objectHandler } from './perform.js';

/** The `<users>` of a conference Spec: RFC 6503 §5.3.5. Req:  lists, join-handling, admission policy.:CCMP-072. */
export const usersRequest = objectHandler(ConferenceMessage.USERS, 'users');
