/** Where the guide is open or contradicts itself: what the lab does, in one place. The numbers are those of the reference's section "Doubtful". */

type Choice = {
  readonly point: string;
  readonly choice: string;
  /** The doubtful shared vectors that it decides as they have it. */
  readonly asVectors?: readonly string[];
  /** Those that it decides otherwise. */
  readonly againstVectors?: readonly string[];
};

export const CHOICES: readonly Choice[] = [
  {
    point: '1 Int / Int',
    choice: 'exact quotients are Int, others Decimal of 34 digits; nothing is rounded to two digits',
    againstVectors: ['select-040'],
  },
  {
    point: '2 Decimal to Int',
    choice: 'cast and bit functions round down (-2.5 to -3); indexes are cut',
    asVectors: ['types-058'],
  },
  { point: '3 bitnot', choice: "two's complement: bitnot(13) is -14", againstVectors: ['functions-math-038'] },
  {
    point: '4 concat of one argument',
    choice: 'comes back unmodified, as the table says',
    againstVectors: ['functions-string-049'],
  },
  { point: '5 round', choice: 'to the nearest Int, halves away from zero' },
  { point: '7 Null where a number is wanted', choice: 'Undefined, as every function and operator table says' },
  { point: '8 decode', choice: 'no base64, or bytes that are no UTF-8: Null; Undefined or Null given: Undefined' },
  {
    point: '9 column without AS',
    choice: 'the last name of a path, the name of a function or variable; other expressions are refused at creation',
  },
  { point: '9 same name twice', choice: 'the later column counts, also against what * spreads; dotted names merge' },
  { point: '10 SELECT VALUE of Undefined', choice: 'an empty payload goes to the actions', asVectors: ['select-026'] },
  { point: '10 SELECT VALUE of an Array in 2015-10-08', choice: 'the rule fails for the message and says why' },
  {
    point: '11 AND, OR with Undefined',
    choice: 'Undefined, without shortcut',
    asVectors: ['operators-010', 'operators-015'],
  },
  {
    point: '12 Booleans and Nulls',
    choice: '= compares them too; IN takes any left side but Undefined, and only Arrays right',
  },
  { point: '13 text + Null or Undefined', choice: 'Undefined' },
  { point: "14 WHERE giving the text 'true'", choice: 'not true' },
  { point: '15 arithmetic without result', choice: 'Undefined: division by zero, beyond 1E999, imaginary, infinite' },
  { point: '15 sign of %', choice: 'that of the left operand' },
  { point: '16 not found', choice: 'indexof -1, regexp_substr and topic(n) Undefined' },
  { point: '16 characters', choice: 'code points; chr takes 0 to 127; replacing the empty text changes nothing' },
  {
    point: '17 nested queries',
    choice:
      "FROM what is no Array or Object: Undefined; no row: the empty Array; VALUE of Undefined is left out; names are the element's, AS names reach inwards; FROM inside looks at the element, then at the payload",
    asVectors: ['nested-006', 'nested-014'],
  },
  { point: 'Array literals', choice: 'Undefined items are left out' },
  { point: '19 payload that is an Array or a scalar', choice: 'JSON; SELECT * hands on its bytes' },
  { point: '20 SELECT *, x on what is no JSON Object', choice: 'the rule fails for the message and names encode(*)' },
  { point: '21 escapes in texts, !=', choice: 'none; the other quote may stand inside' },
  {
    point: '22 text of Decimals',
    choice: 'plain up to 40 digits, then with E; 2015-10-08 shows 10.0, 2016-03-23 shows 10',
  },
  {
    point: '23 template that is Undefined or Null',
    choice: 'adds nothing to the text, and an action that needs the text fails',
    asVectors: ['substitution-016'],
  },
  { point: '23 template that is an Array or Object', choice: 'its JSON; a $ has no escape' },
  {
    point: '25 time functions',
    choice: 'English; what cannot be read is Undefined; of an hour that comes twice the earlier one',
    asVectors: ['functions-time-013', 'functions-time-014'],
  },
  {
    point: 'regular expressions',
    choice:
      "Java's as far as RE2 has them, which always answers in linear time; other constants are refused at creation, other patterns of messages and malformed ones are Undefined",
  },
  { point: 'get_thing_shadow without such a shadow, or with another role', choice: 'Undefined' },
  {
    point: '27 refused at creation',
    choice:
      'bad syntax, unknown and unavailable functions, what the SQL version does not have; a wrong number of arguments is Undefined',
    asVectors: ['types-022'],
  },
  { point: '6 misprints of the guide', choice: 'a cast to DECIMAL gives a number', asVectors: ['select-020'] },
  {
    point: 'trunc with a text as second argument',
    choice: 'Undefined: its table has no such row',
    asVectors: ['functions-math-105'],
  },
  { point: 'SELECT VALUE of an object literal', choice: 'that object', asVectors: ['literals-019'] },
  {
    point: 'precedence',
    choice: 'as in ANSI SQL: AND before OR, products before sums',
    asVectors: ['operators-106', 'operators-108'],
  },
  { point: 'transform, same key', choice: "the element's own member stays" },
  { point: 'numbers that are only handed on', choice: 'keep the text they came with: 7.0 stays 7.0' },
];
