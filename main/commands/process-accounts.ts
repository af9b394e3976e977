/** Processor time and memory of another process, from the system's own accounts. */
import { readFile } from 'node:fs/promises';

/** Linux counts in hundredths of a second (proc(5), USER_HZ). */
const TICKS_A_SECOND = 100;

/** Seconds of user and system time since the process began; null where the system has no /proc. */
export async function processSeconds(pid: number): Promise<number | null> {
  const text = await accountOf(pid, 'stat');
  if (text === null) return null;
  // The command's name, in brackets, may hold spaces; fields 14 and 15 are the 12th and 13th behind it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

/** Memory the process holds now; null where the system has no /proc. */
export async function residentBytes(pid: number): Promise<number | null> {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec((await accountOf(pid, 'status')) ?? '')?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}

async function accountOf(pid: number, name: string): Promise<string | null> {
  try {
    return await readFile(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return null;
  }
}
