/** The policy documents word for word: a wider one would go unnoticed everywhere else. */
import { expect, test } from 'vitest';
import { devicePolicy, viewerPolicy } from './policy.ts';

const place = { region: 'eu-west-1', account: '000011112222' };

test('a device may connect as itself and publish to its own topic, nothing else', () => {
  expect(devicePolicy(place, 'station-7', 'sensor/weather/7')).toEqual({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 'iot:Connect',
        Resource: 'arn:aws:iot:eu-west-1:000011112222:client/station-7',
      },
      {
        Effect: 'Allow',
        Action: 'iot:Publish',
        Resource: 'arn:aws:iot:eu-west-1:000011112222:topic/sensor/weather/7',
      },
    ],
  });
});

test('a viewer may connect under its prefix, subscribe, receive, and publish to what is not reserved', () => {
  const document = viewerPolicy(place, 'viewer', ['*']);
  // AWS takes 2,048 characters.
  expect(JSON.stringify(document).length).toBeLessThan(2_048);
  const reserved = document.Statement.at(-1);
  expect(reserved?.Effect).toBe('Deny');
  expect(reserved?.Resource).toContain('arn:aws:iot:eu-west-1:000011112222:topic/$aws/rules/*');
  expect(reserved?.Resource).toContain('arn:aws:iot:eu-west-1:000011112222:topic/$aws/things/*/jobs/*');
  expect(JSON.stringify(reserved)).not.toContain('shadow');
  expect({ ...document, Statement: document.Statement.slice(0, -1) }).toEqual({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 'iot:Connect', Resource: 'arn:aws:iot:eu-west-1:000011112222:client/viewer*' },
      {
        Effect: 'Allow',
        Action: 'iot:Subscribe',
        Resource: ['arn:aws:iot:eu-west-1:000011112222:topicfilter/*'],
      },
      { Effect: 'Allow', Action: 'iot:Receive', Resource: ['arn:aws:iot:eu-west-1:000011112222:topic/*'] },
      {
        Effect: 'Allow',
        Action: ['iot:Publish', 'iot:RetainPublish'],
        Resource: ['arn:aws:iot:eu-west-1:000011112222:topic/*'],
      },
    ],
  });
});
