import { natsServerVariable, setupValue } from './environment.js';

/** Path of the nats-server this run uses. */
export function natsServerPath(): string {
  return setupValue(natsServerVariable);
}
