/** For tests that open a lab and ask it no queries: what stands in the place of the engine refuses. */
import type { AsyncEngine } from './athena/run-query.ts';

const refuse = (): Promise<never> => Promise.reject(new Error('no query is made here'));

export const NO_ENGINE: AsyncEngine = { analyse: refuse, run: refuse, cancel: refuse };
