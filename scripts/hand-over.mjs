// Runs the real program in this script's place: its output, its signals, its exit code.
import { spawn } from 'node:child_process';

const LOOK_EVERY_MS = 500;

export function handOver(command, args) {
  // File names on the command line are meant from where the person stands, not from where npm goes.
  const child = spawn(command, args, { cwd: process.env.INIT_CWD ?? process.cwd(), stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // npm ends at once when it is told to and does not tell its script, so the script looks whether npm is still there.
  if (process.env.npm_lifecycle_event !== undefined) {
    const npm = process.ppid;
    const watch = setInterval(() => {
      if (process.ppid === npm) return;
      clearInterval(watch);
      child.kill('SIGTERM');
    }, LOOK_EVERY_MS);
  }
  child.on('error', (error) => {
    process.stderr.write(`${command} could not be started: ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
}
