import { defineConfig } from 'vitest/config';

// Room tests open real sockets and start real processes: generous limits, two files at a time (two cores).
export default defineConfig({
  test: {
    include: ['main/**/*.test.ts', 'preload/**/*.test.ts', 'renderer/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    environment: 'node',
  },
});
