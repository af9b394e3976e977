/** Processor time another process has used, from the system's own accounts. */
import { readFile } from 'node:fs/promises';

/** Linux counts in hundredths of a second (proc(5), USER_HZ). */
const TICKS_A_SECOND = 100;

/** Seconds of user and system time since the process began; null where the system has no /proc. */
export async function processSeconds(pid: number): Promise<number | null> {
  let text: string;
  try {
    text = await readFile(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  // The command's name, in brackets, may hold spaces; fields 14 and 15 are the 12th and 13th behind it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}
