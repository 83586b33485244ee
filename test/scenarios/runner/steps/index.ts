import { messageSteps } from './messages.js';
import { nicknameSteps } from './nicknames.js';
import { octetSteps } from './octets.js';
import { roomSteps } from './rooms.js';
import type { Step } from './step.js';

export type { Step } from './step.js';

/** Every sentence there is. */
export const steps: readonly Step[] = [...roomSteps, ...nicknameSteps, ...messageSteps, ...octetSteps];
