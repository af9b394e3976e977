// Tells whether dist/ was built from the sources as they are now: a hash over path, size and time of change of every source file.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';

const SOURCES = ['main', 'preload', 'renderer', 'scripts/build.mjs', 'vite.config.mjs', 'package-lock.json'];
const stampFile = join(root, 'dist', '.stamp');

function* filesBelow(path) {
  const stat = statSync(path);
  if (stat.isFile()) {
    yield { path, size: stat.size, changed: stat.mtimeMs };
    return;
  }
  for (const name of readdirSync(path).sort()) yield* filesBelow(join(path, name));
}

function sourceHash() {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    for (const file of filesBelow(join(root, source))) hash.update(`${file.path}\0${file.size}\0${file.changed}\n`);
  }
  return hash.digest('hex');
}

export function isBuildStale() {
  try {
    return readFileSync(stampFile, 'utf8') !== sourceHash();
  } catch {
    return true;
  }
}

export function writeStamp() {
  writeFileSync(stampFile, sourceHash());
}
