/** Floating-point numbers as Java writes them (Double.toString, Float.toString), which is what Athena's results show. */

/** `1.0`, `1.0E7`, `1.0E-4`, `NaN`, `Infinity`: plain from 1e-3 up to but not including 1e7, else scientific. */
export function javaDouble(value: number): string {
  return withJavaExponent(value, String(Math.abs(value)));
}

/** The same for a 32-bit float: the fewest digits that tell it from its neighbours. */
export function javaFloat(value: number): string {
  const size = Math.abs(value);
  for (let digits = 1; digits <= 9; digits += 1) {
    const text = size.toPrecision(digits);
    if (Math.fround(Number(text)) === Math.fround(size)) return withJavaExponent(value, String(Number(text)));
  }
  return withJavaExponent(value, String(size));
}

function withJavaExponent(value: number, shortest: string): string {
  if (Number.isNaN(value)) return 'NaN';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  if (!Number.isFinite(value)) return `${sign}Infinity`;
  if (value === 0) return `${sign}0.0`;
  const { digits, exponent } = split(shortest);
  if (exponent >= -3 && exponent < 7) return sign + plain(digits, exponent);
  return `${sign}${digits.slice(0, 1)}.${digits.slice(1) || '0'}E${exponent}`;
}

/** JavaScript's shortest text as its significant digits and the power of ten of the first. */
function split(text: string): { readonly digits: string; readonly exponent: number } {
  const [mantissa = '', power = '0'] = text.split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const all = whole + fraction;
  const leading = all.length - all.replace(/^0+/, '').length;
  const digits = all.slice(leading).replace(/0+$/, '');
  return { digits, exponent: Number(power) + whole.length - 1 - leading };
}

function plain(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`;
  const padded = digits.padEnd(exponent + 1, '0');
  return `${padded.slice(0, exponent + 1)}.${padded.slice(exponent + 1) || '0'}`;
}
