import { StartError } from './start-error.js';

/**
 * Throws `StartError` unless every address is loopback: in demo mode every password is known, so nobody outside may ask.
 * `addresses` maps the setting to the address it names.
 */
export function demoOnLoopbackOnly(addresses: Readonly<Record<string, string>>): void {
  for (const [setting, host] of Object.entries(addresses)) {
    if (host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)) continue;
    throw new StartError(`PLENARY_DEMO runs on loopback only, and ${setting} is ${host}: choose 127.0.0.1`);
  }
}
