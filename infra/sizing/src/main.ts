import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { assumed, type Assumptions } from './assumptions.js';
import { readConstants, type Constants } from './constants.js';
import { compare, fitConstants } from './fit.js';
import type { Points } from './points.js';
import { presets, readPopulation, scaled, type Population } from './population.js';
import { comparisonTable, demandLines, documentationPage, edgeCurve, loadHistogram, tierTable } from './render.js';
import { sizeOf } from './tiers.js';

const help = `Tells what a population of participants needs: edges, the other services, the broker, the database, the network.

  npm run simulate                             every population this knows
  npm run simulate -- town-hall                one of them: ${presets.map(({ name }) => name).join(', ')}
  npm run simulate -- --population FILE        one of your own

A population is JSON: kinds of rooms, each with how many there are, how many take part, and how much is said.

  { "name": "school", "description": "300 classes",
    "kinds": [{ "name": "classes", "rooms": 300, "participants": 25, "sizes": "equal", "messagesPerSecond": 0.3,
                "bodyBytes": 120, "isLogged": true, "stayMinutes": 45 }] }

"sizes" is "equal" or "uneven" (a few large rooms among many small ones). "messagesPerSecond" is of a whole room.

  --json               everything as JSON
  --plot               how evenly edges are loaded, and edges by number of participants
  --assume NAME=VALUE  another value for what is not measured (may be repeated): zones, headroom, roomCap, …;
                       the page infra/docs/sizing.md lists them
  --constants FILE     other costs than infra/sizing/constants.json

Costs are measured, on your machine too: it takes about three minutes.

  npm run bench -- --sizing --json points.json
  npm run simulate -- --fit points.json                 makes constants of them, and says how well they tell the points
                                                        that were kept back; writes them with --write
  npm run simulate -- --verify points.json              compares points with the constants there are;
                                                        ends with 1 when one kept back is wrong by more than --within (default 2)

  --write              writes infra/docs/sizing.md; with --fit infra/sizing/constants.json
  --check              ends with 1 when that page is another one
  --help               this text
`;

const root = fileURLToPath(new URL('../../../', import.meta.url));
const pagePath = `${root}infra/docs/sizing.md`;
const constantsPath = `${root}infra/sizing/constants.json`;

/** Paths are as the caller sees them, wherever npm has gone. */
const pathOf = (file: string): string => resolve(process.env['INIT_CWD'] ?? '.', file);

try {
  run();
} catch (error) {
  process.stderr.write(`npm run simulate: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

function run(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      population: { type: 'string' },
      constants: { type: 'string' },
      assume: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
      plot: { type: 'boolean', default: false },
      fit: { type: 'string' },
      verify: { type: 'string' },
      within: { type: 'string', default: '2' },
      write: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  if (values.fit !== undefined) {
    const points = readPoints(values.fit);
    const constants = fitConstants(points);
    if (values.write) writeFileSync(constantsPath, `${JSON.stringify(constants, null, 2)}\n`);
    else process.stdout.write(`${JSON.stringify(constants, null, 2)}\n`);
    verify(points, constants, Number(values.within));
    return;
  }
  const constants = readConstants(
    readFileSync(values.constants === undefined ? constantsPath : pathOf(values.constants), 'utf8'),
  );
  if (values.verify !== undefined) {
    verify(readPoints(values.verify), constants, Number(values.within));
    return;
  }
  const assumptions = withChanges(assumed, values.assume);
  if (values.write || values.check) {
    const page = documentationPage(
      presets.map((one) => sizeOf(one, constants, assumptions)),
      constants,
      assumptions,
    );
    if (values.write) writeFileSync(pagePath, page);
    else if (readFileSync(pagePath, 'utf8') !== page)
      throw new Error('infra/docs/sizing.md is out of date: npm run simulate -- --write');
    return;
  }
  const populations =
    values.population === undefined
      ? named(positionals)
      : [readPopulation(readFileSync(pathOf(values.population), 'utf8'))];
  const sizings = populations.map((population) => sizeOf(population, constants, assumptions));
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ constants, assumptions, sizings }, null, 2)}\n`);
    return;
  }
  for (const sizing of sizings) {
    const { population } = sizing;
    const said = [`${population.name}: ${population.description}`, '', ...demandLines(sizing), '', tierTable(sizing)];
    if (values.plot) {
      const curve = [0.1, 0.25, 0.5, 1, 2, 4].map((factor) =>
        sizeOf(scaled(population, factor), constants, assumptions),
      );
      said.push('', loadHistogram(sizing), '', edgeCurve(curve));
    }
    process.stdout.write(`${said.join('\n')}\n\n`);
  }
}

function named(names: readonly string[]): readonly Population[] {
  if (names.length === 0) return presets;
  return names.map((name) => {
    const found = presets.find((preset) => preset.name === name);
    if (!found)
      throw new Error(`there is no population ${name}; there are ${presets.map((one) => one.name).join(', ')}`);
    return found;
  });
}

function withChanges(assumptions: Assumptions, changes: readonly string[]): Assumptions {
  const changed: Record<string, number> = { ...assumptions };
  for (const change of changes) {
    const [name = '', value = ''] = change.split('=');
    if (!(name in assumptions)) throw new Error(`there is no assumption ${name}`);
    if (!(Number(value) > 0)) throw new Error(`${name}: a number above 0 is needed`);
    changed[name] = Number(value);
  }
  return { ...assumptions, ...changed };
}

function readPoints(file: string): Points {
  const points = JSON.parse(readFileSync(pathOf(file), 'utf8')) as Points;
  if (!Array.isArray(points.points)) throw new Error(`${file} holds no points`);
  return points;
}

/** Prints how predictions compare, and fails when one of the points kept back is told wrong. */
function verify(points: Points, constants: Constants, within: number): void {
  const comparisons = compare(points, constants);
  process.stdout.write(`${comparisonTable(comparisons)}\n`);
  const wrong = comparisons.filter(
    ({ use, part, factor }) => use === 'check' && part === 'all' && (factor > within || factor < 1 / within),
  );
  if (wrong.length > 0)
    throw new Error(`${wrong.map(({ name }) => name).join('; ')}: predicted wrong by more than a factor of ${within}`);
}
