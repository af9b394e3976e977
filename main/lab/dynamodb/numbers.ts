/** DynamoDB's numbers: text with up to 38 significant digits, from 1E-130 to just below 1E+126, compared and added exactly. */
import { invalid } from './refusals.ts';

/** The value is `0.digits` times ten to the power of `exponent`; no digits at all is zero. */
type Decimal = { readonly isNegative: boolean; readonly digits: string; readonly exponent: number };

const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/;
/** Some of what is in normal form, and nearly all that is sent. */
const NORMAL = /^(?:0|-?[1-9]\d{0,15}(?:\.\d{0,14}[1-9])?|-?0\.\d{0,14}[1-9])$/;
const CODE_0 = 48;
const MOST_DIGITS = 38;
const LARGEST_EXPONENT = 126;
const SMALLEST_EXPONENT = -129;

/**
 * The text as DynamoDB gives it back: plain notation without leading or trailing zeros, so `7.0` becomes `7`.
 * Throws AwsError ValidationException. Source: DynamoDB developer guide, "Naming rules and data types", Number.
 */
export function normalNumber(text: string): string {
  return NORMAL.test(text) ? text : printed(decimalOf(text));
}

/** `a + b`, or `a - b`. Throws AwsError ValidationException when the result does not fit. */
export function addNumbers(a: string, b: string, sign: 1 | -1): string {
  const left = decimalOf(a);
  const right = decimalOf(b);
  const scale = Math.min(left.exponent - left.digits.length, right.exponent - right.digits.length);
  const sum = scaled(left, scale) + BigInt(sign) * scaled(right, scale);
  return normalNumber(`${sum}e${scale}`);
}

/** ASCII text that sorts as the numbers do. */
export function sortableNumber(text: string): string {
  const { isNegative, digits, exponent } = decimalOf(text);
  if (digits === '') return 'b';
  const power = exponent + 300;
  if (!isNegative) return `c${power}${digits}`;
  return `a${999 - power}${digits.replace(/\d/g, (digit) => String(9 - Number(digit)))}~`;
}

/** What AWS counts for a number in normal form: one byte for two significant digits, and one; one more below zero. */
export function numberSize(text: string): number {
  let digits = 0;
  let trailingZeros = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < CODE_0 || (code === CODE_0 && digits === 0)) continue;
    digits++;
    trailingZeros = code === CODE_0 ? trailingZeros + 1 : 0;
  }
  return 1 + Math.ceil((digits - trailingZeros) / 2) + (text.startsWith('-') ? 1 : 0);
}

function decimalOf(text: string): Decimal {
  const [, sign = '', whole = '', fraction = '', power = '0'] = NUMBER.exec(text) ?? [];
  if (whole === '' && fraction === '') {
    throw invalid(`The parameter cannot be converted to a numeric value${text === '' ? '' : `: ${text}`}`);
  }
  const all = whole + fraction;
  const significant = all.replace(/^0+/, '');
  const digits = significant.replace(/0+$/, '');
  if (digits === '') return { isNegative: false, digits, exponent: 0 };
  const exponent = whole.length - (all.length - significant.length) + Number(power);
  if (digits.length > MOST_DIGITS) {
    throw invalid('Attempting to store more than 38 significant digits in a Number');
  }
  if (exponent > LARGEST_EXPONENT) {
    throw invalid('Number overflow. Attempting to store a number with magnitude larger than supported range');
  }
  if (exponent < SMALLEST_EXPONENT) {
    throw invalid('Number underflow. Attempting to store a number with magnitude smaller than supported range');
  }
  return { isNegative: sign === '-', digits, exponent };
}

function printed({ isNegative, digits, exponent }: Decimal): string {
  if (digits === '') return '0';
  const sign = isNegative ? '-' : '';
  if (exponent <= 0) return `${sign}0.${'0'.repeat(-exponent)}${digits}`;
  if (exponent >= digits.length) return `${sign}${digits}${'0'.repeat(exponent - digits.length)}`;
  return `${sign}${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
}

function scaled({ isNegative, digits, exponent }: Decimal, scale: number): bigint {
  if (digits === '') return 0n;
  const value = BigInt(digits) * 10n ** BigInt(exponent - digits.length - scale);
  return isNegative ? -value : value;
}
