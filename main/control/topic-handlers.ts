/** The window's calls of the Topics page. */
import type { CallInput, CallName, CallOutput } from '../../preload/contract.ts';
import type { Control } from './control.ts';
import type { ChooseSaveFile } from './topics.ts';

type TopicCall = Extract<CallName, `topics.${string}`>;

export type TopicHandlers = {
  readonly [Name in TopicCall]: (input: CallInput<Name>) => CallOutput<Name> | Promise<CallOutput<Name>>;
};

export function topicHandlers({ topics, publishing }: Control, choose: ChooseSaveFile): TopicHandlers {
  const done = async (work: Promise<void> | void): Promise<null> => {
    await work;
    return null;
  };
  return {
    'topics.look': (input) => done(topics.look(input)),
    'topics.clear': ({ filter }) => done(topics.clear(filter)),
    'topics.message': ({ filter, n }) => topics.message(filter, n),
    'topics.record': (input) => topics.record(input, choose),
    'topics.stopRecording': ({ filter }) => done(topics.stopRecording(filter)),
    'topics.export': (input) => topics.exportListed(input, choose),
    'topics.publish': (input) => publishing.publish(input),
    'topics.repeat': (input) => done(publishing.repeat(input)),
    'topics.stopRepeating': () => done(publishing.stopRepeating()),
  };
}
