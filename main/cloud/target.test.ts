/** What the user pastes into a shell must arrive there unchanged, whatever characters the values hold. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { environmentText, targetFromLab, type Target } from './target.ts';

const target: Target = targetFromLab({
  endpoint: 'http://127.0.0.1:4566',
  mqttHost: '127.0.0.1',
  mqttPort: 8883,
  alpnPort: null,
  caFile: '/tmp/ca.pem',
  ca: 'PEM',
  region: 'us-east-1',
  account: '000011112222',
  accessKeyId: 'AKIAEXAMPLE',
  secretAccessKey: `it's "$HOME" \`date\` \\ ’%&;`,
  roleArn: 'arn:aws:iam::000011112222:role/LabRole',
});

test('a posix shell reads back exactly the values of the target', () => {
  const names = ['AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_DEFAULT_REGION', 'AWS_REGION'];
  const script = `${environmentText(target, 'posix')}env -0`;
  const printed = execFileSync('/bin/sh', ['-c', script], { env: { PATH: process.env['PATH'] }, encoding: 'utf8' });
  const variables = new Map(
    printed.split('\0').map((line) => [line.split('=', 1)[0], line.slice(line.indexOf('=') + 1)]),
  );
  expect(names.map((name) => variables.get(name))).toEqual([
    'http://127.0.0.1:4566',
    'AKIAEXAMPLE',
    `it's "$HOME" \`date\` \\ ’%&;`,
    'us-east-1',
    'us-east-1',
  ]);
  expect(variables.has('AWS_SESSION_TOKEN')).toBe(false);
});

test('PowerShell text doubles every kind of single quote, and a session token and the missing endpoint are respected', () => {
  const onAws: Target = {
    ...target,
    endpoint: null,
    credentials: { ...target.credentials, sessionToken: 'token' },
  };
  expect(environmentText(onAws, 'powershell')).toBe(
    [
      "$env:AWS_ACCESS_KEY_ID = 'AKIAEXAMPLE'",
      "$env:AWS_SECRET_ACCESS_KEY = 'it''s \"$HOME\" `date` \\ ’’%&;'",
      "$env:AWS_SESSION_TOKEN = 'token'",
      "$env:AWS_DEFAULT_REGION = 'us-east-1'",
      "$env:AWS_REGION = 'us-east-1'",
      '',
    ].join('\n'),
  );
});
