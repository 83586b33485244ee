/** What a participant does: joins a room by SIP, talks MSRP. */
export { Account, type AccountOptions, type JoinOptions } from './account.js';
export { systemClock, systemRandom } from './clock.js';
export { JoinFailure } from './join-failure.js';
export type { SendOutcome } from './msrp-line.js';
export type { ReceivedMessage } from './received-message.js';
export { Room, type ConnectOptions, type RoomHandlers, type RoomMessage, type SaidMessage } from './room.js';
export { openSipEndpoint, type DialogOwner, type SipEndpoint, type SipEndpointOptions } from './sip-endpoint.js';
