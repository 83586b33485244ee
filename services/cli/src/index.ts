/** The terminal client, for those who test it. */
export { Chat, type ChatExit } from './chat/chat.js';
export { readArguments, type ChatOptions } from './chat/options.js';
export { openScreen, type Screen, type ScreenOptions } from './chat/screen.js';
