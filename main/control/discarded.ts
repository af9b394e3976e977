/** What the lab's quota mode has discarded, told by station: the lab knows only client ids. */
import type { Discarded } from '../../preload/shapes.ts';
import type { LabActivity } from '../lab/api.ts';
import { viewerClientId } from './provisioning.ts';

/** Null while the quotas are off. A station's client id is its thing name. */
export function discardedOf(activity: Pick<LabActivity, 'quotas'> | null): Discarded | null {
  if (activity?.quotas.isOn !== true) return null;
  const viewerId = viewerClientId();
  let viewer = 0;
  const things: Record<string, number> = {};
  for (const { clientId, droppedIn, droppedOut } of activity.quotas.connections) {
    if (clientId === viewerId) viewer = droppedOut;
    else things[clientId] = droppedIn + droppedOut;
  }
  return { viewer, things };
}
