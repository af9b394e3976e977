/** Deletes many resources in AWS's order, several at once within a kind; one that cannot go never stops the others. */
import { toPlainError, type PlainError } from '../../preload/errors.ts';
import type { Clients } from '../cloud/clients.ts';
import { RESOURCE_KINDS, type Resource } from '../cloud/resources.ts';
import { removeResource } from '../cloud/removal.ts';
import { inParallel } from './in-parallel.ts';

const AT_ONCE = 12;

export type LeftBehind = { readonly what: string; readonly error: PlainError };

/** Resolves with what could not be removed. `pending` certificates that never came to be are passed over. */
export async function removeAll(
  clients: Clients,
  resources: readonly Resource[],
  onRemoved: () => void,
  signal: AbortSignal,
): Promise<readonly LeftBehind[]> {
  const left: LeftBehind[] = [];
  for (const kind of RESOURCE_KINDS) {
    const ofKind = resources.filter((resource) => resource.kind === kind);
    await inParallel(ofKind, AT_ONCE, signal, async (resource) => {
      try {
        // Asked for, never answered, and not found since: it has no id under which it could be deleted.
        if (resource.name.includes(':') && kind === 'certificate') await clients.recorder.gone(resource);
        else await removeResource(clients, resource, signal);
        onRemoved();
      } catch (error) {
        if (!signal.aborted) left.push({ what: `${kind} ${resource.name}`, error: toPlainError(error) });
      }
    });
  }
  return left;
}
