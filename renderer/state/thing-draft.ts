/** One thing as a person describes it, and the wish it becomes. */
import type { CallInput } from '../../preload/contract.ts';

export type ThingDraft = {
  readonly name: string;
  readonly thingType: string;
  /** One `name=value` a line. */
  readonly attributes: string;
  /** `set/station` of the bundled observations. */
  readonly replays: string;
  readonly topic: string;
  readonly certificate: 'csr' | 'console' | 'imported';
  /** The imported one; empty until chosen. */
  readonly certificateId: string;
  readonly policy: 'own' | 'existing';
  readonly document: string;
  readonly policyName: string;
};

export const FIRST_THING: ThingDraft = {
  name: 'my-first-thing',
  thingType: '',
  attributes: '',
  replays: '',
  topic: 'sensor/weather/my-first-thing',
  certificate: 'csr',
  certificateId: '',
  policy: 'own',
  document: '',
  policyName: '',
};

export function isThingName(name: string): boolean {
  return /^[a-zA-Z0-9:_-]{1,128}$/.test(name);
}

export function thingWishOf(
  draft: ThingDraft,
  attributes: Readonly<Record<string, string>>,
): CallInput<'things.create'> {
  const [set = '', station = ''] = draft.replays.split('/');
  return {
    name: draft.name,
    thingType: draft.thingType.trim() === '' ? null : draft.thingType.trim(),
    attributes: { ...attributes },
    set,
    station,
    topic: draft.topic,
    certificate:
      draft.certificate === 'imported'
        ? { kind: 'imported', certificateId: draft.certificateId }
        : { kind: draft.certificate },
    policy:
      draft.policy === 'own' ? { kind: 'own', document: draft.document } : { kind: 'existing', name: draft.policyName },
  };
}
