import type { Behavior, ScaledObjectSpec } from '../checks/scaling.js';

/** What Prometheus would answer to a query at a time; `undefined`: it does not answer. */
export type Answer = (query: string, seconds: number, replicas: number) => number | undefined;

export interface Step {
  readonly seconds: number;
  readonly replicas: number;
}

/** The autoscaler leaves things as they are while the wanted number is this close to the present one. */
const tolerance = 0.1;
/** How often the autoscaler of the cluster looks. */
const periodSeconds = 15;

/**
 * Plays a ScaledObject over time: KEDA asks the queries, the HorizontalPodAutoscaler takes for every metric
 * ceil(value / threshold) outside a tolerance of a tenth, the largest of them, and bounds it by policies, by the calmest
 * number of the stabilisation window and by the least and most. Triggers on CPU are not played. Returns every change.
 */
export function simulate(
  spec: ScaledObjectSpec,
  answer: Answer,
  options: { readonly start: number; readonly hours: number },
): Step[] {
  const { scaleUp, scaleDown } = spec.advanced.horizontalPodAutoscalerConfig.behavior;
  const triggers = spec.triggers.filter(({ type }) => type === 'prometheus');
  let replicas = options.start;
  const wishes: { seconds: number; wish: number }[] = [];
  const changes: { seconds: number; by: number }[] = [];
  const steps: Step[] = [];
  let silences = 0;
  for (let seconds = 0; seconds < options.hours * 3_600; seconds += periodSeconds) {
    const present = replicas;
    const values = triggers.map(({ metadata }) => answer(metadata['query'] ?? '', seconds, present));
    silences = values.includes(undefined) ? silences + 1 : 0;
    let wish = Math.max(
      ...values.map((value, index) => wanted(value, Number(triggers[index]?.metadata['threshold']), present)),
    );
    if (silences > 0)
      wish = silences >= (spec.fallback?.failureThreshold ?? Infinity) ? (spec.fallback?.replicas ?? present) : present;
    wish = Math.min(spec.maxReplicaCount, Math.max(spec.minReplicaCount, wish));
    wishes.push({ seconds, wish });
    const calm = stabilised(wishes, seconds, present, scaleUp, scaleDown);
    const next = limited(calm, present, changes, seconds, scaleUp, scaleDown);
    if (next === present) continue;
    changes.push({ seconds, by: next - present });
    replicas = next;
    steps.push({ seconds, replicas });
  }
  return steps;
}

function wanted(value: number | undefined, threshold: number, replicas: number): number {
  if (value === undefined) return replicas;
  const ratio = value / threshold / replicas;
  return Math.abs(ratio - 1) <= tolerance ? replicas : Math.ceil(value / threshold);
}

function stabilised(
  wishes: readonly { readonly seconds: number; readonly wish: number }[],
  now: number,
  present: number,
  up: Behavior,
  down: Behavior,
): number {
  const within = (window: number): number[] =>
    wishes.filter(({ seconds }) => seconds >= now - window).map(({ wish }) => wish);
  const highest = Math.max(...within(down.stabilizationWindowSeconds));
  const lowest = Math.min(...within(up.stabilizationWindowSeconds));
  return Math.max(Math.min(present, highest), lowest);
}

function limited(
  wish: number,
  present: number,
  changes: readonly { readonly seconds: number; readonly by: number }[],
  now: number,
  up: Behavior,
  down: Behavior,
): number {
  const since = (period: number, sign: number): number =>
    changes
      .filter(({ seconds, by }) => seconds > now - period && by * sign > 0)
      .reduce((sum, { by }) => sum + Math.abs(by), 0);
  if (wish > present) {
    const most = up.policies.map(({ type, value, periodSeconds: period }) => {
      const before = present - since(period, 1);
      return type === 'Percent' ? Math.ceil(before * (1 + value / 100)) : before + value;
    });
    return Math.max(present, Math.min(wish, ...most));
  }
  const least = down.policies.map(({ value, periodSeconds: period }) => present + since(period, -1) - value);
  return Math.min(present, Math.max(wish, ...least));
}
