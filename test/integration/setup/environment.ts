/** URL of the run's PostgreSQL, with the right to make databases. */
export const adminUrlVariable = 'PLENARY_TEST_DATABASE_URL';
/** Path of the nats-server program. */
export const natsServerVariable = 'PLENARY_TEST_NATS_SERVER';

/** What `servers.ts` left for the test files; throws where the project of the test lacks that setup. */
export function setupValue(variable: string): string {
  const value = process.env[variable];
  if (value === undefined || value === '')
    throw new Error(
      `${variable} is not set: this test belongs into a vitest project with test/integration/setup/servers.ts`,
    );
  return value;
}
