/** Runs "check this station" for a dialog: the newest state of the steps, and a way to run them again. */
import { useCallback, useEffect, useState } from 'react';
import type { PlainError } from '../../preload/errors.ts';
import type { StationCheck } from '../../preload/shapes-check.ts';
import { watch } from './window-app.ts';

type Run = { readonly check: StationCheck | null; readonly error: PlainError | null };

const NOTHING: Run = { check: null, error: null };

export function useStationCheck(id: string): Run & { readonly again: () => void } {
  const [turn, setTurn] = useState(0);
  const [run, setRun] = useState<Run>(NOTHING);
  useEffect(
    () =>
      watch(
        'stations.check',
        { id },
        {
          opened: () => setRun(({ error }) => ({ check: null, error })),
          batch: (check) => setRun({ check, error: null }),
          error: (error) => setRun({ check: null, error }),
        },
      ),
    [id, turn],
  );
  const again = useCallback(() => {
    setRun(NOTHING);
    setTurn((count) => count + 1);
  }, []);
  return { ...run, again };
}
