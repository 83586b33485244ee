/** Names for strings that must not be mixed up. Types only: an id is made where its grammar is checked. */
declare const brand: unique symbol;
export type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Room id: a ULID, 26 characters, no dots. */
export type RoomId = Branded<'RoomId'>;
/** Three digits, `000` to `255`. */
export type ShardId = Branded<'ShardId'>;
/** Conference URI, `sip:lobby@localhost`. */
export type ConferenceUri = Branded<'ConferenceUri'>;
/** XCON-USERID. */
export type UserId = Branded<'UserId'>;
/** Participant id, unique within the installation. */
export type ParticipantId = Branded<'ParticipantId'>;
/** chat-ID: 12 characters of base36, one per endpoint. */
export type ChatId = Branded<'ChatId'>;
/** Name of one msrp-edge. */
export type EdgeId = Branded<'EdgeId'>;
/** MSRP Message-ID (RFC 4975 section 9, ident: 4 to 32 characters). */
export type MessageId = Branded<'MessageId'>;
