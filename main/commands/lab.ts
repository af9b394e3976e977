/** `isobar lab`: the lab without a window. One JSON line on standard output when it is ready; runs until it is told to stop. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../preload/errors.ts';
import { nodeFork } from '../control/child.ts';
import type { AlpnPortChoice, PortChoice } from '../lab/api.ts';
import { openLocalLab } from '../control/local-lab.ts';

export type LabCommand = {
  readonly distFolder: string;
  readonly folder: string;
  readonly port: PortChoice;
  readonly mqttPort: PortChoice;
  readonly alpnPort: AlpnPortChoice;
};

/** Resolves with the exit code after SIGTERM, SIGINT or the end of the terminal; rejects when the lab cannot start. */
export async function runLab(command: LabCommand): Promise<number> {
  const { folder, distFolder, port, mqttPort, alpnPort } = command;
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new AppError('lab.folderNotWritable', `The lab's folder ${folder} cannot be made.`, {
      hint: 'Choose another folder with --data.',
      cause,
    });
  });
  const toldToStop = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  const failed = { reject: (_error: Error): void => undefined };
  const lab = openLocalLab({
    fork: nodeFork(distFolder),
    folder,
    port,
    mqttPort,
    alpnPort,
    onChange: () => {
      const dead = lab.health().find((process) => process.state === 'failed');
      if (dead?.error) failed.reject(new AppError(dead.error.code, dead.error.message, { hint: dead.error.hint }));
    },
    onRefused: () => undefined,
  });
  try {
    const report = await Promise.race([lab.ready(), toldToStop.then(() => null)]);
    if (report === null) return 0;
    const line = {
      ready: true,
      endpoint: report.endpoint,
      mqttHost: report.mqttHost,
      mqttPort: report.mqttPort,
      alpnPort: report.alpnPort,
      caFile: report.caFile,
      region: report.region,
      account: report.account,
      accessKeyId: report.accessKeyId,
      secretAccessKey: report.secretAccessKey,
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
    await Promise.race([
      toldToStop,
      new Promise<never>((_resolve, reject) => {
        failed.reject = reject;
      }),
    ]);
    return 0;
  } finally {
    await lab.stop();
  }
}

/** Where `isobar lab` keeps its state when no folder is given. */
export function defaultLabFolder(home: string): string {
  return join(home, '.isobar', 'lab');
}
