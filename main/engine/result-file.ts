/** Athena's result CSV: a header, every value in quotes, NULL as nothing between the commas. */
import { open } from 'node:fs/promises';

export type ResultFile = {
  readonly writeRow: (values: readonly (string | null)[]) => void;
  /** Hands what is gathered to the disk; call it after each batch of rows, so that the memory stays bounded. */
  readonly flush: () => Promise<void>;
  readonly close: () => Promise<void>;
};

const FLUSH_CHARACTERS = 256 * 1024;

export async function createResultFile(path: string): Promise<ResultFile> {
  const file = await open(path, 'w', 0o600);
  let gathered: string[] = [];
  let size = 0;
  const write = async (): Promise<void> => {
    const text = gathered.join('');
    gathered = [];
    size = 0;
    if (text !== '') await file.appendFile(text);
  };
  return {
    writeRow: (values) => {
      const line = values.map((value) => (value === null ? '' : `"${value.replaceAll('"', '""')}"`)).join(',');
      gathered.push(line, '\n');
      size += line.length + 1;
    },
    flush: async () => {
      if (size >= FLUSH_CHARACTERS) await write();
    },
    close: async () => {
      try {
        await write();
        await file.sync();
      } finally {
        await file.close();
      }
    },
  };
}
