/** The terminal client and the operators' command line, for those who test them. */
export { Chat, type ChatExit } from './chat/chat.js';
export { readArguments, type ChatOptions } from './chat/options.js';
export { openScreen, type Screen, type ScreenOptions } from './chat/screen.js';
export { runProgram, type ProgramOverrides, type ProgramSurface } from './plenary/program.js';
export type { Exchange } from './plenary/control.js';
