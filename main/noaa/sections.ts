/** The parts of a record after its mandatory data: additional groups, remarks, element quality. */
import type { Group, Remark, Sections } from './decoded-record.ts';
import { wholeNumber } from './fixed-width.ts';
import { GROUP_LENGTHS } from './group-lengths.ts';

const IDENTIFIER_LENGTH = 3;

/** Reads `ADD`, `REM` and `EQD` of a fixed-width record from `start` on. What cannot be read is noted, never thrown. */
export function readSections(text: string, start: number): Sections {
  const groups: Group[] = [];
  const remarks: Remark[] = [];
  const notes: string[] = [];
  let position = start;
  if (text.startsWith('ADD', position)) {
    position += IDENTIFIER_LENGTH;
    while (position < text.length && !text.startsWith('REM', position) && !text.startsWith('EQD', position)) {
      const id = text.slice(position, position + IDENTIFIER_LENGTH);
      const length = GROUP_LENGTHS.get(id);
      const bodyStart = position + IDENTIFIER_LENGTH;
      if (length === undefined) {
        notes.push(`group "${id}" is unknown; the groups from there on were not read`);
        return { groups, remarks, qualityText: null, notes };
      }
      if (bodyStart + length > text.length) {
        notes.push(`group ${id} is cut`);
        return { groups, remarks, qualityText: null, notes };
      }
      position = bodyStart + length;
      groups.push({ id, body: text.slice(bodyStart, position) });
    }
  }
  if (text.startsWith('REM', position)) {
    position = readRemarks(text, position + IDENTIFIER_LENGTH, remarks, notes);
  }
  const hasQuality = text.startsWith('EQD', position);
  if (!hasQuality && position < text.length) notes.push(`"${text.slice(position, position + 10)}" was not understood`);
  return { groups, remarks, qualityText: hasQuality ? text.slice(position + IDENTIFIER_LENGTH) : null, notes };
}

/**
 * Reads remarks (type, length in 3 digits, that much free text) into `remarks` and answers where they end. The text may
 * hold anything, `EQD` too, so only the length tells.
 */
export function readRemarks(text: string, start: number, remarks: Remark[], notes: string[]): number {
  let position = start;
  while (position < text.length && !text.startsWith('EQD', position)) {
    const textStart = position + 6;
    const length = wholeNumber(text, position + 3, textStart);
    if (Number.isNaN(length)) {
      notes.push(`remark "${text.slice(position, textStart)}" was not understood`);
      return text.length;
    }
    remarks.push({ type: text.slice(position, position + 3), text: text.slice(textStart, textStart + length) });
    position = textStart + length;
  }
  return position;
}
