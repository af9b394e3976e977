/** Exact decimal arithmetic as AWS IoT SQL has it: 34 significant digits, magnitudes up to 1E999. */

/** coefficient * 10^exponent */
export type Decimal = { readonly coefficient: bigint; readonly exponent: number };

const DIGITS = 34;
const LARGEST_MAGNITUDE = 999;
/** Above this a decimal is written with an exponent. */
const LONGEST_PLAIN = 40;

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,6}))?$/;

/** Undefined when `text` is no number, or one beyond what AWS IoT can hold. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = NUMBER.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const coefficient = BigInt(sign + whole + fraction);
  return rounded({ coefficient, exponent: Number(exponent) - fraction.length });
}

export function isWhole(value: Decimal): boolean {
  return value.exponent >= 0;
}

export function add(a: Decimal, b: Decimal): Decimal | undefined {
  const [left, right, exponent] = aligned(a, b);
  return rounded({ coefficient: left + right, exponent });
}

export function negate({ coefficient, exponent }: Decimal): Decimal {
  return { coefficient: -coefficient, exponent };
}

export function multiply(a: Decimal, b: Decimal): Decimal | undefined {
  return rounded({ coefficient: a.coefficient * b.coefficient, exponent: a.exponent + b.exponent });
}

/** Undefined for a division by zero. */
export function divide(a: Decimal, b: Decimal): Decimal | undefined {
  if (b.coefficient === 0n) return undefined;
  const shift = Math.max(0, DIGITS + 2 + digitsOf(b.coefficient) - digitsOf(a.coefficient));
  const numerator = a.coefficient * 10n ** BigInt(shift);
  const quotient = numerator / b.coefficient;
  // A digit that stands for "not exact" keeps the later rounding honest.
  const isExact = quotient * b.coefficient === numerator;
  const sticky = isExact ? 0n : numerator < 0n === b.coefficient < 0n ? 1n : -1n;
  return rounded({ coefficient: quotient * 10n + sticky, exponent: a.exponent - b.exponent - shift - 1 });
}

/** What is left of a division cut to a whole number; it has the sign of `a`. Undefined for a division by zero. */
export function remainder(a: Decimal, b: Decimal): Decimal | undefined {
  if (b.coefficient === 0n) return undefined;
  const [left, right, exponent] = aligned(a, b);
  return rounded({ coefficient: left % right, exponent });
}

/** Below 0, 0 or above 0, as a sort wants it. */
export function compare(a: Decimal, b: Decimal): number {
  const [left, right] = aligned(a, b);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Undefined for what is no number or out of range. */
export function fromDouble(value: number): Decimal | undefined {
  return Number.isFinite(value) ? parseDecimal(String(value)) : undefined;
}

/** Towards zero, to `digits` behind the point. */
export function truncate(value: Decimal, digits = 0): Decimal {
  const excess = -value.exponent - digits;
  if (excess <= 0) return value;
  // Beyond this nothing is left; the power of ten would only be large.
  if (excess > DIGITS) return { coefficient: 0n, exponent: 0 };
  const coefficient = value.coefficient / 10n ** BigInt(excess);
  return rounded({ coefficient, exponent: -digits }) ?? { coefficient: 0n, exponent: 0 };
}

export function floor(value: Decimal): Decimal {
  const whole = truncate(value);
  const isCut = value.exponent < 0 && value.coefficient < 0n && compare(whole, value) !== 0;
  return isCut ? { coefficient: wholeOf(whole) - 1n, exponent: 0 } : whole;
}

export function ceil(value: Decimal): Decimal {
  return negate(floor(negate(value)));
}

/** To the nearest whole number, halves away from zero. */
export function round(value: Decimal): Decimal {
  const half: Decimal = { coefficient: value.coefficient < 0n ? -5n : 5n, exponent: -1 };
  return isWhole(value) ? value : truncate(sum(value, half));
}

/** Of a whole number. */
export function wholeOf({ coefficient, exponent }: Decimal): bigint {
  return coefficient * 10n ** BigInt(exponent);
}

/** JSON text: plain where it is short enough, else with an exponent. Whole numbers have no point. */
export function decimalText({ coefficient, exponent }: Decimal): string {
  const digits = String(coefficient < 0n ? -coefficient : coefficient);
  const sign = coefficient < 0n ? '-' : '';
  if (exponent >= 0 && digits.length + exponent <= LONGEST_PLAIN) return sign + digits + '0'.repeat(exponent);
  const point = digits.length + exponent;
  if (exponent < 0 && point > 0) return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
  if (exponent < 0 && point > -6) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  const rest = digits.slice(1).replace(/0+$/, '');
  const fraction = rest === '' ? '' : `.${rest}`;
  return `${sign}${digits[0] ?? '0'}${fraction}E${point - 1}`;
}

/** To 34 digits, half to even, without zeros at the end of a fraction. */
function rounded({ coefficient, exponent }: Decimal): Decimal | undefined {
  const excess = digitsOf(coefficient) - DIGITS;
  if (excess > 0) {
    const unit = 10n ** BigInt(excess);
    return rounded({ coefficient: divideHalfEven(coefficient, unit), exponent: exponent + excess });
  }
  if (coefficient === 0n) return { coefficient, exponent: 0 };
  const magnitude = digitsOf(coefficient) + exponent - 1;
  if (Math.abs(magnitude) > LARGEST_MAGNITUDE) return undefined;
  let [digits, place] = [coefficient, exponent];
  while (place < 0 && digits % 10n === 0n) {
    digits /= 10n;
    place++;
  }
  return { coefficient: digits, exponent: place };
}

function divideHalfEven(value: bigint, unit: bigint): bigint {
  const quotient = value / unit;
  const rest = value % unit;
  const twice = (rest < 0n ? -rest : rest) * 2n;
  if (twice < unit || (twice === unit && quotient % 2n === 0n)) return quotient;
  return quotient + (value < 0n ? -1n : 1n);
}

/** Not cut to 34 digits. */
function sum(a: Decimal, b: Decimal): Decimal {
  const [left, right, exponent] = aligned(a, b);
  return { coefficient: left + right, exponent };
}

function aligned(a: Decimal, b: Decimal): readonly [bigint, bigint, number] {
  const exponent = Math.min(a.exponent, b.exponent);
  const scale = (value: Decimal): bigint => value.coefficient * 10n ** BigInt(value.exponent - exponent);
  return [scale(a), scale(b), exponent];
}

function digitsOf(value: bigint): number {
  return String(value < 0n ? -value : value).length;
}
