/** For tests: a program of ours as one file that runs in a process of its own, so that it can be killed. */
import { build } from 'esbuild';
import { join } from 'node:path';

/** Bundles the entry file for the Node of Electron and resolves with the path of `child.cjs` in the folder. */
export async function bundleProgram(entry: string, folder: string): Promise<string> {
  const outfile = join(folder, 'child.cjs');
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node18',
    external: ['aws-iot-device-sdk-v2', 'aws-crt'],
    logLevel: 'error',
  });
  return outfile;
}
