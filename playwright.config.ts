import { defineConfig } from '@playwright/test';

// Whole-app tests: one real Electron at a time, each with a data folder of its own.
export default defineConfig({
  testDir: 'tests',
  testMatch: '*.spec.ts',
  workers: 1,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  outputDir: 'test-results',
});
