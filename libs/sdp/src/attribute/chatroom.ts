// RFC 7701 §8.1:
//   chatroom-attr = "chatroom" [ ":" chat-token *( SP chat-token ) ]
//   chat-token    = "nickname" / "private-messages" / ext-token

/** What of a chat room one side supports, as far as the standard has words for it. */
export interface ChatroomTokens {
  readonly nickname: boolean;
  readonly privateMessages: boolean;
}

/**
 * Reads a=chatroom; '' (no tokens) is fine. `nicknames` means `nickname`: RFC 7701's prose and earlier grammars say so.
 * Unknown, private and repeated tokens are ignored.   Req: SDP-010, SDP-011.
 */
export function parseChatroom(value: string): ChatroomTokens {
  const tokens = new Set(value.toLowerCase().split(/[ \t]+/u));
  return {
    nickname: tokens.has('nickname') || tokens.has('nicknames'),
    privateMessages: tokens.has('private-messages'),
  };
}

/** Writes the whole attribute, `chatroom` alone when nothing is supported. */
export function formatChatroom(tokens: ChatroomTokens): string {
  const words = [...(tokens.nickname ? ['nickname'] : []), ...(tokens.privateMessages ? ['private-messages'] : [])];
  return words.length === 0 ? 'chatroom' : `chatroom:${words.join(' ')}`;
}
