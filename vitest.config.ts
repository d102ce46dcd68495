import { defineConfig } from 'vitest/config';

// Import specifiers resolve through package.json "imports"; there is nothing to build for tests.
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/{conventions,integration,e2e}/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    pool: 'forks', // sockets over named pipes are closed twice when a worker thread ends
    maxWorkers: 2,
  },
});
