/** Types inferred from JSON text: by the text of numbers, whatever the order of the records. */
import { describe, expect, it } from 'vitest';
import { scanObject } from './scan-json.ts';
import { emptyShape, hiveType, mergeShape } from './shape-of-json.ts';

function typesOf(records: readonly string[]): Record<string, string> {
  const shape = emptyShape();
  for (const record of records) {
    const bytes = Buffer.from(record);
    expect([record, scanObject(bytes, 0, bytes.length, shape)]).toEqual([record, true]);
  }
  return Object.fromEntries([...(shape.fields?.values() ?? [])].map((field) => [field.name, hiveType(field.shape)]));
}

describe('scanning JSON', () => {
  it('reads the kinds of one record', () => {
    const record = `{"whole": 7, "Coverage": 7.0, "power": 1e3, "negative": -12, "large": 2147483648, "huge": 9223372036854775808,
      "limit": 2147483647, "yes": true, "text": "a \\"quoted\\" \\\\", "nothing": null, "empty": [], "none": {}, "esc\\u0061pe": 1,
      "list": [{"a": 1, "B": [1.5, null]}], "deep": {"Value": {"x": false}}, "mixed": [1, "a"]}`;
    expect(typesOf([record])).toEqual({
      whole: 'int',
      coverage: 'double',
      power: 'double',
      negative: 'int',
      large: 'bigint',
      huge: 'double',
      limit: 'int',
      yes: 'boolean',
      text: 'string',
      nothing: 'string',
      empty: 'array<string>',
      none: 'string',
      escape: 'int',
      list: 'array<struct<a:int,b:array<double>>>',
      deep: 'struct<value:struct<x:boolean>>',
      mixed: 'array<string>',
    });
  });

  it.each([
    [['{"v":1}', '{"v":2.5}'], 'double'],
    [['{"v":1}', '{"v":5000000000}'], 'bigint'],
    [['{"v":null}', '{"v":1}', '{}'], 'int'],
    [['{"v":[]}', '{"v":[{"a":1}]}'], 'array<struct<a:int>>'],
    [['{"v":{"a":1}}', '{"v":{"b":"x","a":2.0}}'], 'struct<a:double,b:string>'],
    [['{"v":{"a":1}}', '{"v":"x"}'], 'string'],
    [['{"v":1}', '{"v":true}'], 'string'],
    [['{"v":[1]}', '{"v":1}'], 'string'],
  ])('merges %j in either order', (records, type) => {
    expect(typesOf(records)['v']).toBe(type);
    expect(typesOf([...records].reverse())['v']?.length).toBe(type.length);
  });

  it('merges what was seen apart', () => {
    const one = emptyShape();
    const other = emptyShape();
    scanObject(Buffer.from('{"A":{"x":1},"n":null}'), 0, 22, one);
    const text = Buffer.from('{"a":{"x":1.0,"y":[]},"n":[1]}');
    scanObject(text, 0, text.length, other);
    mergeShape(one, other);
    expect([hiveType(one), hiveType(one, true)]).toEqual([
      'struct<a:struct<x:double,y:array<string>>,n:array<int>>',
      'struct<A:struct<x:double,y:array<string>>,n:array<int>>',
    ]);
  });

  it.each([
    '',
    '[1]',
    '{',
    '{"a":}',
    '{"a":1,}',
    '{"a" 1}',
    '{"a":1}{"b":2}',
    '{"a":tru}',
    '{"a":-}',
    '{"a":"x}',
    '"x"',
    '{"a":[1 2]}',
  ])('knows that %j is no JSON object', (text) => {
    const bytes = Buffer.from(text);
    expect(scanObject(bytes, 0, bytes.length, emptyShape())).toBe(false);
  });
});
