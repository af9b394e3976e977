/** Tells by content which format a file has, and refuses NOAA's other products by their name. */
import { AppError } from '../../preload/errors.ts';
import { MANDATORY_COLUMNS } from './hourly-row.ts';
import { ISD_LINE } from './isd-line.ts';

export type FileFormat = 'isd' | 'globalHourly';

const HINT =
  'Isobar reads ISD fixed width (USAF-WBAN-YEAR.gz) and Global Hourly CSV, plain or compressed with gzip, from the National Centers for Environmental Information.';

/** What a person is likely to have downloaded instead, told by a sign in the file's beginning. */
const OTHER_KINDS: readonly { readonly sign: RegExp; readonly what: string }[] = [
  { sign: /^[^\n]*HourlyDryBulbTemperature/, what: "NOAA's Local Climatological Data (LCD)" },
  { sign: /^[^\n]*(TEMP_ATTRIBUTES|FRSHTT)/, what: "NOAA's Global Summary of the Day (GSOD)" },
  { sign: /^STN---/, what: "NOAA's Global Summary of the Day (GSOD) in its old text form" },
  {
    sign: /^[^\n]*\|[^\n]*temperature_(Measurement_Code|Quality_Code|Source_Code)/i,
    what: 'a file of hourly GHCN data (GHCNh)',
  },
  { sign: /^(Station_ID|STATION)\|/i, what: 'a file of hourly GHCN data (GHCNh)' },
  { sign: /^"?USAF"?,"?WBAN"?,/, what: "NOAA's station list (isd-history.csv), which holds no observations" },
  { sign: /^\d{4} \d\d \d\d \d\d( +-?\d+){8}\s/, what: 'ISD-Lite, which lacks most of what a message holds' },
  { sign: /^[^\n]*(TMAX|TMIN|PRCP)/, what: "NOAA's daily summaries" },
  { sign: /^PK.{2}/s, what: 'a ZIP archive' },
  { sign: /^PAR1/, what: 'a Parquet file' },
  {
    sign: /^\s*<(!doctype html|html|\?xml)/i,
    what: 'a web page or an answer in XML, perhaps the message of a failed download',
  },
  { sign: /^\s*[[{]/, what: 'a JSON file' },
];

/**
 * `beginning` = the first lines of the file, read as Latin-1. Throws noaa.notObservations, noaa.otherProduct or
 * noaa.missingColumns.
 */
export function recognise(beginning: string, name: string): FileFormat {
  const lines = beginning.split(/\r?\n/, 20).filter((line) => line.trim() !== '');
  if (lines.some((line) => ISD_LINE.test(line))) return 'isd';
  const columns = (lines[0] ?? '')
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .replaceAll('"', '')
    .split(',');
  const missing = ['STATION', 'DATE', ...MANDATORY_COLUMNS].filter((column) => !columns.includes(column));
  if (missing.length === 0) return 'globalHourly';
  const other = OTHER_KINDS.find(({ sign }) => sign.test(lines.join('\n')));
  if (other !== undefined) {
    throw new AppError(
      'noaa.otherProduct',
      `"${name}" is ${other.what}, not hourly observations that Isobar can read.`,
      {
        hint: HINT,
      },
    );
  }
  if (columns.includes('STATION') && columns.includes('DATE')) {
    throw new AppError('noaa.missingColumns', `"${name}" lacks the Global Hourly columns ${missing.join(', ')}.`, {
      hint: HINT,
    });
  }
  throw new AppError('noaa.notObservations', `"${name}" is not a file of NOAA observations.`, { hint: HINT });
}
