/** Child of the crash test: a whole lab that is killed while it registers devices. */
import { openLab } from '../../lab.ts';

async function start(folder: string): Promise<void> {
  const noEngine = () => Promise.reject(new Error('no query is made here'));
  const engine = { analyse: noEngine, run: noEngine, cancel: noEngine };
  const lab = await openLab({ folder, port: 0, mqttPort: 0 }, engine, () => undefined);
  process.on('disconnect', () => process.exit(0));
  process.send?.(lab.report);
}

void start(process.argv[2] ?? '');
