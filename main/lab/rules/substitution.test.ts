import { expect, it } from 'vitest';
import { parseStatement } from './parse.ts';
import { compileRepublishTopic, compileTemplate } from './substitution.ts';
import { checkTemplateField } from './template-fields.ts';
import { testContext } from './test-context.ts';

const VERSION = '2016-03-23';

it('fills a template in with the message as it came, and says what was not there', () => {
  const { assignments } = parseStatement("SET @v = {'a': 7.0} SELECT * FROM 't'", VERSION);
  const context = testContext('{"o":{"x":"}"},"n":null,"t":7.50}');
  const text = `\${topic(2)}/\${get({'a}': o.x}, "a}")}-\${@v.a}/\${timestamp()} \${o}\${t}\${ missing.x }\${n}$`;
  expect(compileTemplate(text, VERSION, assignments)(context)).toEqual({
    text: 'station-1/}-7/1481825251155 {"x":"}"}7.5$',
    missing: ['missing.x', 'n'],
  });
  expect(compileRepublishTopic('$$aws/things/${topic(2)}', VERSION)(context).text).toBe('$aws/things/station-1');
  expect(() => compileTemplate('a${b', VERSION)).toThrow('is not closed');
  expect(() => compileTemplate('${a +}', VERSION)).toThrow('expected an expression, found the end at 1:4');
});

it('may stand where AWS allows it only', () => {
  expect(() => checkTemplateField('s3', 'key', '${topic()}')).not.toThrow();
  expect(() => checkTemplateField('s3', 'roleArn', 'arn')).not.toThrow();
  expect(() => checkTemplateField('s3', 'roleArn', '${topic()}')).toThrow('cannot hold a substitution template');
});
