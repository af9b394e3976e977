/** What runs right now, as main tells it: fleet, health and pipeline, each the newest value of its stream. */
import { create } from 'zustand';
import type { PlainError } from '../../preload/errors.ts';
import type { FleetStatus, HealthStatus, PipelineState } from '../../preload/shapes.ts';
import { watch } from './window-app.ts';

type Live = {
  readonly fleet: FleetStatus | null;
  readonly health: HealthStatus | null;
  readonly pipeline: PipelineState | null;
  readonly pipelineError: PlainError | null;
  /** Fleet rate once a second for the last minute, oldest first; null before the window was there. */
  readonly rates: readonly (number | null)[];
};

const RATES_KEPT = 60;

export const useLive = create<Live>()(() => ({
  fleet: null,
  health: null,
  pipeline: null,
  pipelineError: null,
  rates: Array.from({ length: RATES_KEPT }, () => null),
}));

const NO_STATIONS: FleetStatus['stations'] = [];

export function useStations(): FleetStatus['stations'] {
  return useLive(({ fleet }) => fleet?.stations ?? NO_STATIONS);
}

/** Opens the two streams the whole window needs; returns the way to close them. */
export function startLive(): () => void {
  const ignore = () => undefined;
  // A broken stream is opened again by itself; what is wrong is told by health.
  const closeFleet = watch('fleet.status', {}, { batch: (fleet) => useLive.setState({ fleet }), error: ignore });
  const closeHealth = watch('health', {}, { batch: (health) => useLive.setState({ health }), error: ignore });
  const timer = window.setInterval(() => {
    const { fleet, rates } = useLive.getState();
    useLive.setState({ rates: [...rates, fleet?.rate ?? 0].slice(-RATES_KEPT) });
  }, 1_000);
  return () => {
    closeFleet();
    closeHealth();
    window.clearInterval(timer);
  };
}

/** The pipeline is asked for only while a page shows it. */
export function watchPipeline(): () => void {
  return watch(
    'pipeline.state',
    {},
    {
      batch: (pipeline) => useLive.setState({ pipeline, pipelineError: null }),
      error: (pipelineError) => useLive.setState({ pipelineError }),
    },
  );
}
