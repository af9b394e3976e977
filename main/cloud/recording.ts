/** Every resource that our SDK clients make or delete is told to a recorder, before and after: so undo and teardown know exactly what is ours. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { creationOf, deletionOf, textOf } from './recorded-commands.ts';
import type { Resource } from './resources.ts';
import { isRefusal } from './refusals.ts';
import { requestKeyDigestOf } from './signing-request.ts';

export type Recorded = Resource & { readonly at: number };

export type Recorder = {
  /** `intended`: it was asked for and no answer is known, so it may exist. Null: not ours. */
  readonly stateOf: (resource: Resource) => 'intended' | 'made' | null;
  /** What was made, or may have been, on behalf of `by`; oldest first. `at` is epoch milliseconds. */
  readonly madeBy: (by: string) => readonly Recorded[];
  /** Each resolves when it is on disk. `by` says on whose behalf it is made. */
  readonly intend: (resource: Resource, by: string) => Promise<void>;
  readonly made: (resource: Resource, by: string) => Promise<void>;
  /** It was deleted, or never came to be. */
  readonly gone: (resource: Resource) => Promise<void>;
};

type Errand = { readonly by: string; readonly isKnownAbsent: boolean };

const errand = new AsyncLocalStorage<Errand>();

/**
 * What `work` makes is recorded as made by `by`. With `isKnownAbsent` the caller has looked already and nothing of these names exists, which
 * saves asking before each creation.
 */
export function onBehalfOf<Result>(by: string, work: () => Promise<Result>, isKnownAbsent = false): Promise<Result> {
  return errand.run({ by, isKnownAbsent }, work);
}

const PENDING = 'csr:';

/** The digest of the key of a pending certificate; null for one with an id. */
export function pendingKeyDigest({ kind, name }: Resource): string | null {
  return kind === 'certificate' && name.startsWith(PENDING) ? name.slice(PENDING.length) : null;
}

/** A pending certificate has no id yet; the digest of its key finds it again (`certificatesSince`). */
export function pendingCertificate(csrPem: string): Resource {
  return { kind: 'certificate', name: `${PENDING}${requestKeyDigestOf(csrPem)}` };
}

/** The SDK's answer, as far as this file reads it. */
type Answer = { readonly output: object };
type Arguments = { readonly input: object };

/**
 * A step for a client's middleware stack. `exists` asks AWS: some creations succeed when the same thing is there already, and what was
 * there before is not ours.
 */
export function recordingStep(recorder: Recorder, exists: (resource: Resource) => Promise<boolean>) {
  return <Args extends Arguments, Output extends Answer>(
      next: (args: Args) => Promise<Output>,
      context: { readonly commandName?: string },
    ) =>
    async (args: Args): Promise<Output> => {
      const deletion = deletionOf(context.commandName, args.input);
      if (deletion !== null) {
        const answer = await next(args);
        if (recorder.stateOf(deletion) !== null) await recorder.gone(deletion);
        return answer;
      }
      const creation = creationOf(context.commandName);
      if (creation === null) return next(args);
      const { by, isKnownAbsent } = errand.getStore() ?? { by: 'window', isKnownAbsent: false };
      const asked = askedFor(creation, args.input);
      const before = recorder.stateOf(asked);
      if (before === 'made') return next(args);
      const isProbed = before === null && creation.succeedsWhenThere && !isKnownAbsent;
      if (isProbed && (await exists(asked))) return next(args);
      if (before === null) await recorder.intend(asked, by);
      let answer: Output;
      try {
        answer = await next(args);
      } catch (error) {
        const isThere = isRefusal(error, ...ALREADY);
        // Asked for before and never answered: what is there now came from that.
        if (before === 'intended' && isThere) await recorder.made(asked, by);
        // After an attempt without answer, "it is there already" may speak of our own.
        else if (isFinal(error) && !(isThere && attemptsOf(error) > 1)) await recorder.gone(asked);
        throw error;
      }
      const name = creation.answered === undefined ? asked.name : textOf(answer.output, creation.answered);
      if (name !== null) await recorder.made({ kind: creation.kind, name }, by);
      // An attempt whose answer was lost may have made another one, which only the asking then remembers.
      if (name !== asked.name && attemptsOf(answer.output) === 1) await recorder.gone(asked);
      return answer;
    };
}

const ALREADY = [
  'ResourceAlreadyExistsException',
  'AlreadyExistsException',
  'ResourceInUseException',
  'BucketAlreadyOwnedByYou',
];

function askedFor(creation: NonNullable<ReturnType<typeof creationOf>>, input: object): Resource {
  const csr = textOf(input, ['certificateSigningRequest']);
  if (csr !== null) return pendingCertificate(csr);
  const name = creation.named === undefined ? null : textOf(input, creation.named);
  return { kind: creation.kind, name: name ?? `asked:${randomUUID()}` };
}

const metadataSchema = z.object({
  $metadata: z.object({ httpStatusCode: z.number().optional(), attempts: z.number().optional() }),
});

/** AWS has read the request and said no: nothing was made. After anything else (no answer, a fault of theirs) nobody knows. */
function isFinal(error: unknown): boolean {
  const status = metadataSchema.safeParse(error).data?.$metadata.httpStatusCode ?? 0;
  return status >= 400 && status < 500;
}

function attemptsOf(error: unknown): number {
  return metadataSchema.safeParse(error).data?.$metadata.attempts ?? 1;
}
