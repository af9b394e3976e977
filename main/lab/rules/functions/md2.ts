/** MD2 (RFC 1319, with its erratum on the checksum), which Node's crypto no longer has. For old devices' sake only: it is broken. */

// The permutation comes from the digits of pi, as the RFC's appendix makes it.
const S = permutation();

/** Lower-case hex. */
export function md2(input: Uint8Array): string {
  const padding = 16 - (input.length % 16);
  const padded = new Uint8Array(input.length + padding + 16).fill(padding, input.length, input.length + padding);
  padded.set(input);
  const checksum = padded.subarray(input.length + padding);
  let last = 0;
  for (let start = 0; start < input.length + padding; start += 16) {
    for (let index = 0; index < 16; index++) {
      last = checksum[index] = at(checksum, index) ^ at(S, at(padded, start + index) ^ last);
    }
  }
  const state = new Uint8Array(48);
  for (let start = 0; start < padded.length; start += 16) {
    for (let index = 0; index < 16; index++) {
      state[16 + index] = at(padded, start + index);
      state[32 + index] = at(state, 16 + index) ^ at(state, index);
    }
    let carry = 0;
    for (let round = 0; round < 18; round++) {
      for (let index = 0; index < 48; index++) carry = state[index] = at(state, index) ^ at(S, carry);
      carry = (carry + round) % 256;
    }
  }
  return Array.from(state.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function at(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

/** A shuffle of 0…255 (Durstenfeld) whose chance are the decimal digits of pi. */
function permutation(): Uint8Array {
  const table = Uint8Array.from({ length: 256 }, (_none, index) => index);
  const nextDigit = piDigits();
  const draw = (below: number): number => {
    // As many digits as the bound needs, taken again when they are beyond a multiple of it.
    const digits = below > 100 ? 3 : below > 10 ? 2 : 1;
    const range = 10 ** digits;
    const most = below * Math.floor(range / below);
    for (;;) {
      let value = 0;
      for (let digit = 0; digit < digits; digit++) value = value * 10 + nextDigit();
      if (value < most) return value % below;
    }
  };
  for (let index = 2; index <= 256; index++) {
    const other = draw(index);
    const kept = at(table, other);
    table[other] = at(table, index - 1);
    table[index - 1] = kept;
  }
  return table;
}

/** The decimal digits of pi from the leading 3 on (Gibbons' spigot). */
function piDigits(): () => number {
  let [q, r, t, k, n, l] = [1n, 0n, 1n, 1n, 3n, 3n];
  return () => {
    for (;;) {
      if (4n * q + r - t < n * t) {
        const digit = n;
        [q, r, n] = [q * 10n, 10n * (r - n * t), (10n * (3n * q + r)) / t - 10n * n];
        return Number(digit);
      }
      [q, r, t, k, n, l] = [q * k, (2n * q + r) * l, t * l, k + 1n, (q * (7n * k) + 2n + r * l) / (t * l), l + 2n];
    }
  };
}
