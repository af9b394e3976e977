/** Deletes many resources in AWS's order, several at once within a kind; one that cannot go never stops the others. */
import { toPlainError, type PlainError } from '../../preload/errors.ts';
import type { Clients } from '../cloud/clients.ts';
import { certificatesSince } from '../cloud/enrolment.ts';
import { pendingKeyDigest, type Recorded } from '../cloud/recording.ts';
import { RESOURCE_KINDS } from '../cloud/resources.ts';
import { removeResource } from '../cloud/removal.ts';
import { inParallel } from './in-parallel.ts';

const AT_ONCE = 12;

export type LeftBehind = { readonly what: string; readonly error: PlainError };

/** Resolves with what could not be removed. Pending certificates are looked for at the target; those that never came to be are passed over. */
export async function removeAll(
  clients: Clients,
  resources: readonly Recorded[],
  onRemoved: () => void,
  signal: AbortSignal,
): Promise<readonly LeftBehind[]> {
  const left: LeftBehind[] = [];
  const adopted = await adopt(clients, resources);
  for (const kind of RESOURCE_KINDS) {
    const ofKind = resources.filter((resource) => resource.kind === kind);
    await inParallel(ofKind, AT_ONCE, signal, async (resource) => {
      try {
        const isPending = kind === 'certificate' && resource.name.includes(':');
        const id = isPending ? adopted.get(pendingKeyDigest(resource) ?? '') : resource.name;
        if (id !== undefined) await removeResource(clients, { kind, name: id }, signal);
        // Asked for, never answered, and nowhere to be found.
        if (isPending) await clients.recorder.gone(resource);
        onRemoved();
      } catch (error) {
        if (!signal.aborted) left.push({ what: `${kind} ${resource.name}`, error: toPlainError(error) });
      }
    });
  }
  return left;
}

/** The certificates that were made although no answer ever came (a crash, a cut line): their ids, by the digest of the key. */
async function adopt(clients: Clients, resources: readonly Recorded[]): Promise<ReadonlyMap<string, string>> {
  const asked = resources.filter((resource) => pendingKeyDigest(resource) !== null);
  if (asked.length === 0) return new Map();
  const known = new Set(resources.flatMap(({ kind, name }) => (kind === 'certificate' ? [name] : [])));
  const found = await certificatesSince(clients, Math.min(...asked.map(({ at }) => at)), known);
  return new Map([...found].map(([digest, { certificateId }]) => [digest, certificateId]));
}
