/** The identity comparison of CHAT-005, so a member matches however its URI is spelled. */
export type SameIdentity = (a: string, b: string) => boolean;
