/** What the broker finds again after a restart: sessions with their messages, retained messages, and shadows. */
import { damagedState } from '../documents.ts';
import { openKeptRecords, type KeptRecords } from './kept-records.ts';
import { openRetainedMessages, type RetainedMessages } from './retained-messages.ts';
import { openSessions, type Sessions } from './sessions.ts';
import { openShadows, type Shadows } from './shadows.ts';

export type BrokerState = {
  readonly records: KeptRecords;
  readonly sessions: Sessions;
  readonly retained: RetainedMessages;
  readonly shadows: Shadows;
};

/** Throws AppError `lab.stateDamaged`, or what the file system says of the folder. */
export async function openBrokerState(folder: string): Promise<BrokerState> {
  const records = await openKeptRecords(folder);
  try {
    return {
      records,
      sessions: openSessions(records),
      retained: openRetainedMessages(records),
      shadows: openShadows(records),
    };
  } catch (cause) {
    await records.close();
    throw damagedState(folder, cause);
  }
}
