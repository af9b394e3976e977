/** The headless twin: `isobar lab | demo | noaa | rule | bench`. Answers go to standard output, everything else to standard error. */
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { AppError } from '../preload/errors.ts';
import type { BenchOptions } from './commands/bench-line.ts';
import { runBench } from './commands/bench.ts';
import { runDemo } from './commands/demo.ts';
import { showDemo } from './commands/demo-text.ts';
import { defaultLabFolder, runLab } from './commands/lab.ts';
import { runRules } from './lab/rules/command.ts';
import { printMessages } from './noaa/command.ts';

// This file runs as dist/main/cli.js.
const distFolder = dirname(__dirname);
const dataFolder = join(dirname(distFolder), 'data');

/** Set when whoever reads the answers goes away (`| head`): nothing more is wanted, and nothing is wrong. */
let isReaderGone = false;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  isReaderGone = true;
});

const number = (least: number, most: number) => (text: string) => {
  const value = Number(text);
  if (!Number.isFinite(value) || value < least || value > most)
    throw new InvalidArgumentError(`It must be a number from ${least} to ${most}.`);
  return value;
};

const whole = (least: number, most: number) => (text: string) => {
  const value = number(least, most)(text);
  if (!Number.isInteger(value)) throw new InvalidArgumentError('It must be a whole number.');
  return value;
};

const program = new Command('isobar').description('Isobar without its window.').showHelpAfterError();

program
  .command('lab')
  .description('run the local lab until it is told to stop; prints one JSON line when it is ready')
  .option(
    '--data <folder>',
    'where the lab keeps its state, its own keys among it: protected by file permissions only',
    defaultLabFolder(homedir()),
  )
  .option('--port <number>', 'HTTP port; 0 = any free one (default: 4566, or the next free one)', whole(0, 65_535))
  .option('--mqtt-port <number>', 'MQTT port; 0 = any free one (default: 8883, or the next free one)', whole(0, 65_535))
  .option(
    '--alpn-port <number>',
    'a second MQTT port for devices that pass none and use ALPN; 0 = any free one (default: 443 where it is free and --mqtt-port is not given)',
    whole(0, 65_535),
  )
  .action(async (options: { data: string; port?: number; mqttPort?: number; alpnPort?: number }) => {
    process.exitCode = await runLab({
      distFolder,
      folder: resolve(options.data),
      port: options.port ?? { prefer: 4566 },
      mqttPort: options.mqttPort ?? { prefer: 8883 },
      // A caller with a port of its own does not expect the lab on another one.
      alpnPort: options.alpnPort ?? (options.mqttPort === undefined ? 'ifFree' : null),
    });
  });

program
  .command('demo')
  .description('run the whole loop in a temporary lab: provision, replay, rule, Firehose, crawl, query')
  .option('--stations <number>', 'how many stations', whole(1, 1_000), 5)
  .option('--seconds <number>', 'how long they publish', number(1, 86_400), 20)
  .option('--speed <factor>', 'simulated seconds per second', number(1, 86_400), 86_400)
  .option('--json', 'print the report as one JSON object')
  .action(async (options: { stations: number; seconds: number; speed: number; json?: true }) => {
    const say = options.json ? () => undefined : (line: string) => process.stdout.write(`${line}\n`);
    const { stations, seconds, speed } = options;
    const report = await runDemo({ distFolder, dataFolder, stations, seconds, speed, say });
    process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : showDemo(report));
    process.exitCode = report.ok ? 0 : 1;
  });

program
  .command('noaa')
  .description('read NOAA files (ISD or Global Hourly CSV, plain or .gz) and print one message a line')
  .argument('<file...>')
  .action(async (files: string[]) => {
    process.exitCode = await printMessages(files, process.stdout, process.stderr);
  });

program
  .command('rule')
  .description('run rules on messages: one JSON a line on standard input (sql, topic, payload, …), one answer a line')
  .action(async () => {
    process.exitCode = await runRules(process.stdin, process.stdout);
  });

program
  .command('bench')
  .description('run benchmarks; prints JSON lines with each figure, its reference from the same run, and their ratio')
  .argument('[name]', 'noaa, rules, loop, fleet, tables, window, fuzz or crash; the first three when left out')
  .option('--seconds <number>', 'how long each measurement lasts', number(1, 600), 8)
  .option('--cases <number>', 'fuzz: how many cases at each door', whole(1, 1_000_000), 10_000)
  .option('--seed <number>', 'fuzz, crash: where chance begins; the same seed does the same', whole(0, 2 ** 31), 1)
  .option(
    '--messages <number>',
    'loop, crash: how many must be acknowledged; tables: how many items',
    whole(1_000, 10_000_000),
  )
  .option('--kills <number>', 'crash: how often the lab is killed', whole(1, 100), 10)
  .action(async (name: string | undefined, options: Omit<BenchOptions, 'distFolder' | 'dataFolder'>) => {
    for await (const line of runBench(name, { distFolder, dataFolder, ...options })) {
      if (isReaderGone) break;
      process.stdout.write(`${JSON.stringify(line)}\n`);
    }
  });

program.parseAsync().catch((error: unknown) => {
  if (error instanceof AppError) {
    process.stderr.write(`${error.message}${error.hint === undefined ? '' : ` ${error.hint}`} [${error.code}]\n`);
  } else {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  }
  process.exitCode = 1;
});
