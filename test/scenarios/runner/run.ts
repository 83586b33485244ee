import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, it } from 'vitest';
import { readScenario, type Scenario } from './scenario.js';
import { steps, type Step } from './steps/index.js';
import { startSystem, type System, type SystemKind } from './system.js';
import { patienceMs } from './wait.js';
import { World } from './world.js';

/** Longer than what steps wait for by themselves, so that their own words are heard first. */
const stepMs = patienceMs + 10_000;

const folder = join(import.meta.dirname, '..');

/** All scenarios, one test each, on one system; those that need other settings on one of their own. */
export function runScenarios(kind: SystemKind): void {
  const scenarios = readdirSync(folder)
    .filter((name) => name.endsWith('.scn'))
    .toSorted()
    .map((name) => readScenario(join(folder, name)));
  const systems = new Map<string, Promise<System>>();
  const systemFor = (scenario: Scenario): Promise<System> => {
    const key = JSON.stringify(scenario.settings);
    let system = systems.get(key);
    if (!system) systems.set(key, (system = startSystem(kind, scenario.settings)));
    return system;
  };

  describe(`scenarios, ${kind}`, () => {
    afterAll(async () => {
      for (const system of systems.values()) await (await system.catch(() => undefined))?.stop();
    });
    for (const scenario of scenarios) {
      it(`${scenario.ids.join(' ')} ${scenario.title} (${scenario.file})`, async () => {
        await play(scenario, await systemFor(scenario));
      });
    }
  });
}

async function play(scenario: Scenario, system: System): Promise<void> {
  const mark = scenario.file.replace(/\.scn$/, '');
  const world = await World.open(system, mark);
  try {
    for (const { text, line } of scenario.sentences) {
      const { step, words } = find(text, `${scenario.file}:${line}`);
      try {
        await inTime(step.does(world, ...words));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`${scenario.file}:${line} "${text}"\n${reason}`, { cause: error });
      }
    }
  } finally {
    await world.close();
  }
}

/** No step may wait for ever, whatever it waits for. */
async function inTime(done: Promise<void> | void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`not done after ${stepMs / 1_000} s`));
    }, stepMs);
  });
  try {
    await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}

function find(text: string, place: string): { step: Step; words: string[] } {
  const sentence = text.replace(/^(?:Given|When|Then|And|But) /, '').replace(/\.$/, '');
  for (const step of steps) {
    const match = step.pattern.exec(sentence);
    if (match) return { step, words: match.slice(1).map((word) => word ?? '') };
  }
  throw new Error(
    `${place}: no step is written "${sentence}"; the sentences there are stand in test/scenarios/README.md`,
  );
}
