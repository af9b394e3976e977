/** Child of the crash test: an IoT service over recording streams that is killed while messages flow. */
import { join } from 'node:path';
import { openIot } from './iot.ts';
import { callRoute, IDENTITY, NO_OBJECTS, NO_TABLES, openRecordingStreams } from './test-lab.ts';
import { openLabSeal } from '../lab-seal.ts';

async function start(folder: string): Promise<void> {
  const iot = await openIot({
    folder,
    identity: IDENTITY,
    seal: await openLabSeal(folder, null),
    mqttPort: 0,
    streams: openRecordingStreams(join(folder, 'streams'), ['weather']),
    objects: NO_OBJECTS,
    tables: NO_TABLES,
    onChange: () => undefined,
  });
  process.on('message', (message) => {
    if (message === 'drain') void iot.drain().then(() => process.send?.('drained'));
    else void callRoute(iot.routes, 'CreateThing', { params: { thingName: String(message) } });
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.({ port: iot.mqttPort });
}

void start(process.argv[2] ?? '');
