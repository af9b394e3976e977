/** What the lab tells of refusals and of messages' ways, made ready for the window; other targets tell nothing of either. */
import { AppError } from '../../preload/errors.ts';
import type { RefusalReport, ShownRefusal, TraceAnswer } from '../../preload/shapes-trace.ts';
import { addPolicyLine } from '../cloud/policy-line.ts';
import { tellsWays, type Target } from '../cloud/target.ts';
import type { Fleet } from './fleet.ts';
import type { LocalLab } from './local-lab.ts';
import type { Connection } from './provisioning.ts';
import { createHub, type Hub } from './streams.ts';

export type Tracing = {
  readonly hub: Hub<RefusalReport>;
  readonly message: (question: {
    readonly topic: string;
    readonly payload: string;
    readonly at: number;
  }) => Promise<TraceAnswer>;
  /** Adds the missing line to the policy of one of our stations. Throws AppError `trace.gone`, `trace.notOurs`, `policy.none`. */
  readonly allow: (refusalId: number) => Promise<{ readonly policyName: string }>;
};

export function createTracing(parts: {
  readonly lab: LocalLab;
  readonly fleet: Fleet;
  readonly connection: () => Connection;
  /** The certificate that a station has; null before it has one. */
  readonly certificateOf: (id: string) => string | null;
  /** Null until it is up. */
  readonly target: () => Target | null;
}): Tracing {
  const { lab, fleet, connection } = parts;
  const isTold = (): boolean => {
    const target = parts.target();
    return target === null || tellsWays(target);
  };
  const report = (): RefusalReport => {
    if (!isTold()) return { isTold: false, total: 0, refusals: [] };
    const told = lab.refusals();
    const { stations } = fleet.status();
    const byThing = new Map(stations.map((station) => [station.thingName, station]));
    // The door may refuse a certificate before its client says who it is.
    const byCertificate = new Map(stations.map((station) => [parts.certificateOf(station.id), station]));
    const shown = (told?.refusals ?? []).map((refusal): ShownRefusal => {
      const { clientId, certificateId } = refusal;
      const station =
        (certificateId === null ? undefined : byCertificate.get(certificateId)) ??
        (clientId === null ? undefined : byThing.get(clientId));
      return { ...refusal, station: station === undefined ? null : { id: station.id, name: station.name } };
    });
    return { isTold: true, total: told?.total ?? 0, refusals: shown };
  };
  return {
    hub: createHub(report),
    message: async (question) =>
      isTold() ? { isTold: true, trace: await lab.traceMessage(question) } : { isTold: false, trace: null },
    allow: async (refusalId) => {
      const refusal = report().refusals.find(({ id }) => id === refusalId);
      if (refusal === undefined) throw new AppError('trace.gone', 'The lab no longer remembers this refusal.');
      const { station, certificateId, fix } = refusal;
      if (station === null || certificateId === null || fix?.kind !== 'add') {
        throw new AppError('trace.notOurs', 'Only a missing policy line of one of your stations can be added here.', {
          hint: 'Copy the line and add it to the policy of the device yourself.',
        });
      }
      const { target, clients } = connection();
      const arn = `arn:aws:iot:${target.region}:${target.account}:cert/${certificateId}`;
      return { policyName: await addPolicyLine(clients, arn, fix.statement) };
    },
  };
}
