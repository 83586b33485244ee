/** What a participant does: joins a room by SIP, talks MSRP. */
export { Account, type AccountOptions, type JoinOptions } from './account.js';
export { systemClock, systemRandom } from './clock.js';
export { JoinFailure, type JoinFailureOrigin } from './join-failure.js';
export { ConferenceCopy, type CopyChange } from './event/conference-copy.js';
export { everyForm, Following, type FollowHandlers, type FollowOptions } from './event/following.js';
export { rosterOf, type RosterUser, userCountOf } from './event/roster.js';
export type { HandMadeChunk, MediaTls, SendOutcome } from './msrp-line.js';
export type { AgreedSession } from './own-description.js';
export type { ReceivedMessage } from './received-message.js';
export { Room } from './room.js';
export type { RoomHandlers, RoomMessage, SaidMessage, SendOptions } from './room.types.js';
export {
  EndpointClosed,
  openSipEndpoint,
  type DialogOwner,
  type SipEndpoint,
  type SipEndpointOptions,
} from './sip-endpoint.js';
export * from './ccmp/index.js';
