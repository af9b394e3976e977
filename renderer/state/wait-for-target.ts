/** How long a question of the window waits for a target that still starts; any other failure is an answer at once. */
import { toPlainError } from '../../preload/errors.ts';

export const WAIT_FOR_TARGET = {
  retry: (failures: number, error: Error) => failures < 60 && toPlainError(error).code === 'target.notReady',
  retryDelay: 500,
} as const;
