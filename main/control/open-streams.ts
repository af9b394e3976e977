/** Stream name to source: the other half of the contract. */
import type { StreamBatch, StreamInput, StreamName } from '../../preload/contract.ts';
import type { Control } from './control.ts';
import type { OpenStream, Sink, Source } from './streams.ts';

type Openers = { readonly [Name in StreamName]: (input: StreamInput<Name>, sink: Sink<StreamBatch<Name>>) => Source };

export function openStreams(control: Control): OpenStream {
  const openers: Openers = {
    health: (_input, sink) => control.healthHub.open(sink),
    'fleet.status': (_input, sink) => control.fleetHub.open(sink),
    'topics.messages': (input, sink) => {
      control.fleet.wake();
      return control.topics.open(input, sink);
    },
    'topics.repeat': (_input, sink) => control.publishing.hub.open(sink),
    'provision.job': (_input, sink) => control.provisioner.hub.open(sink),
    'ledger.state': (_input, sink) => control.teardown.hub.open(sink),
    'trace.refusals': (_input, sink) => control.tracing.hub.open(sink),
    'rules.state': (_input, sink) => control.rules.hub.open(sink),
    'pipeline.state': (_input, sink) => control.pipeline.hub.open(sink),
    'stations.check': ({ id }, sink) => control.checkStation(id, sink),
    'certificates.rotations': (_input, sink) => control.rotationHub.open(sink),
  };
  return (name, input, sink) => openers[name](input, sink);
}
