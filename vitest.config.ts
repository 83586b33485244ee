import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

// Tests read the sources of every workspace (the `@plenary/source` export condition), so nothing has to be built first.
// Only these: the list goes to Node in the worker processes too, where `import` would also change what `require` finds.
const conditions = ['@plenary/source', 'node'];
const source = { resolve: { conditions }, ssr: { resolve: { conditions } } };

interface ProjectOptions {
  readonly include: readonly string[];
  readonly timeoutMs: number;
  /** Starts one PostgreSQL for the run and finds nats-server. */
  readonly servers: boolean;
  /** Test files at once; each of the heavy suites fills the machine alone. */
  readonly workers?: number;
  /** Projects of one number run side by side, those of a higher one after them. */
  readonly order: number;
}

function project(name: string, options: ProjectOptions): TestProjectInlineConfiguration {
  return {
    ...source,
    test: {
      name,
      include: [...options.include],
      exclude: ['**/node_modules/**', '**/dist/**'],
      testTimeout: options.timeoutMs,
      hookTimeout: Math.max(options.timeoutMs, 30_000),
      globalSetup: options.servers ? ['test/integration/setup/servers.ts'] : [],
      sequence: { groupOrder: options.order },
      maxWorkers: options.workers ?? 2,
    },
  };
}

export default defineConfig({
  ...source,
  cacheDir: '.plenary/vite',
  test: {
    pool: 'forks',
    maxWorkers: 2,
    coverage: {
      provider: 'v8',
      reportsDirectory: '.plenary/coverage',
      include: ['libs/*/src/**/*.ts', 'services/*/src/**/*.ts', 'infra/*/src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/index.ts', '**/main.ts', 'proto/**'],
      reporter: ['text-summary', 'html', 'json-summary'],
    },
    projects: [
      project('unit', {
        include: [
          'libs/*/src/**/*.test.ts',
          'services/*/src/**/*.test.ts',
          'infra/*/**/*.test.{ts,mjs}',
          'proto/src/**/*.test.ts',
        ],
        timeoutMs: 10_000,
        servers: false,
        order: 0,
      }),
      project('ledger', {
        include: ['test/ledger/**/*.test.ts', 'test/updates/judge.test.ts'],
        timeoutMs: 30_000,
        servers: false,
        order: 0,
      }),
      project('integration', {
        include: ['test/integration/**/*.test.ts'],
        timeoutMs: 60_000,
        servers: true,
        order: 1,
      }),
      project('conformance', {
        include: ['test/conformance/**/*.test.ts'],
        timeoutMs: 60_000,
        servers: true,
        order: 1,
      }),
      project('updates', {
        include: ['test/updates/updates.test.ts'],
        timeoutMs: 120_000,
        servers: true,
        workers: 1,
        order: 2,
      }),
      project('scenarios', {
        include: ['test/scenarios/**/*.test.ts'],
        timeoutMs: 120_000,
        servers: true,
        workers: 1,
        order: 2,
      }),
      project('interop', {
        include: ['test/interop/**/*.test.ts'],
        timeoutMs: 60_000,
        servers: true,
        workers: 1,
        order: 2,
      }),
      project('deploy', {
        include: ['test/deploy/**/*.test.ts'],
        timeoutMs: 120_000,
        servers: true,
        workers: 1,
        order: 2,
      }),
      project('faults', {
        include: ['test/faults/**/*.test.ts'],
        timeoutMs: 300_000,
        servers: true,
        workers: 1,
        order: 3,
      }),
    ],
  },
});
