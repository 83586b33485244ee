import { defineConfig } from 'vitest/config';

// Tests read the sources of every workspace (the `@plenary/source` export condition), so nothing has to be built first.
const conditions = ['@plenary/source', 'node', 'import', 'default'];
const source = { resolve: { conditions }, ssr: { resolve: { conditions } } };

export default defineConfig({
  ...source,
  test: {
    pool: 'forks',
    projects: [
      {
        ...source,
        test: {
          name: 'unit',
          include: ['libs/*/src/**/*.test.ts', 'services/*/src/**/*.test.ts', 'infra/dev/src/**/*.test.ts', 'proto/src/**/*.test.ts'],
          exclude: ['**/*.db.test.ts', '**/*.nats.test.ts', '**/node_modules/**'],
        },
      },
    ],
  },
});
