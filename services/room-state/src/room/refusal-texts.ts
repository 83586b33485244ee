/** What refusals say to whoever asked: the thing that is wrong, and what helps. */
export const unusablePassword =
  'the conference password is empty, too long or has characters OpaqueString (RFC 8265) does not allow: choose another';
export const unusableNickname =
  'the nickname is empty, too long or has characters the Nickname profile (RFC 8266) does not allow: choose another';
export const takenUri =
  'a URI of conf-uris or service-uris belongs to another conference: choose another, or leave it out to be given one';
