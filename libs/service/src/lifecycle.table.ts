/** The states of a service's life. */
export type LifecycleState = 'created' | 'starting' | 'ready' | 'draining' | 'stopped' | 'failed';

/** What may happen to it. */
export type LifecycleInput = 'start' | 'started' | 'drain' | 'stop' | 'fail';

/**
 * (state, input) → next state. A pair that is not here is a fault of the caller. `stopped` and `failed` are final; a
 * service that is told to drain while it starts goes on starting no further than it must and stops.
 */
export const lifecycleTable: Readonly<Record<LifecycleState, Partial<Record<LifecycleInput, LifecycleState>>>> = {
  created: { start: 'starting', stop: 'stopped', fail: 'failed' },
  starting: { started: 'ready', drain: 'draining', stop: 'stopped', fail: 'failed' },
  ready: { drain: 'draining', stop: 'stopped', fail: 'failed' },
  draining: { drain: 'draining', stop: 'stopped', fail: 'failed' },
  stopped: { stop: 'stopped' },
  failed: { stop: 'failed', fail: 'failed' },
};
