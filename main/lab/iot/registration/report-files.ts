/** The two reports of a registration task while it is under way: one line for each line of the data file, results here, errors there. */
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { RegisteredDevice } from './provision-device.ts';
import type { RegistrationProgress } from './task-records.ts';

export type ReportKind = 'RESULTS' | 'ERRORS';

export type ReportFiles = {
  /** Written when it returns, so that the registry may say so. Returns the bytes. */
  readonly add: (kind: ReportKind, line: ReportLine) => number;
  readonly close: () => void;
};

type ReportLine = {
  readonly lineNumber: number;
  readonly offset: number;
  readonly outcome: { readonly device: RegisteredDevice } | { readonly errorMessage: string };
};

export function reportPath(folder: string, kind: ReportKind): string {
  return join(folder, `${kind.toLowerCase()}.ndjson`);
}

/** Cuts off what a killed lab had written of a line that the registry does not know as done. */
export function openReportFiles(folder: string, progress: RegistrationProgress): ReportFiles {
  const open = (kind: ReportKind, bytes: number): { readonly file: number; bytes: number } => {
    const file = openSync(reportPath(folder, kind), 'a+', 0o600);
    ftruncateSync(file, bytes);
    return { file, bytes };
  };
  const reports = { RESULTS: open('RESULTS', progress.resultBytes), ERRORS: open('ERRORS', progress.errorBytes) };
  return {
    add: (kind, line) => {
      const bytes = Buffer.from(`${textOf(line)}\n`);
      const report = reports[kind];
      // What a failed change of the registry left behind goes first.
      ftruncateSync(report.file, report.bytes);
      for (let written = 0; written < bytes.length;) written += writeSync(report.file, bytes, written);
      report.bytes += bytes.length;
      return bytes.length;
    },
    close: () => {
      closeSync(reports.RESULTS.file);
      closeSync(reports.ERRORS.file);
    },
  };
}

/** The members and their order are those of a report that AWS wrote; `offset` is the byte behind the line. */
function textOf({ lineNumber, offset, outcome }: ReportLine): string {
  if ('errorMessage' in outcome) {
    return JSON.stringify({ errorMessage: outcome.errorMessage, lineNumber, offset, response: null });
  }
  const { certificatePem = null, resourceArns } = outcome.device;
  const response = { CertificatePem: certificatePem, ResourceArns: resourceArns };
  return JSON.stringify({ errorMessage: null, lineNumber, offset, response });
}
