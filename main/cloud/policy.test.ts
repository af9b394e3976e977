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

test('a viewer may connect under its prefix, subscribe and receive, but not publish', () => {
  expect(viewerPolicy(place, 'viewer', ['*'])).toEqual({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 'iot:Connect', Resource: 'arn:aws:iot:eu-west-1:000011112222:client/viewer*' },
      {
        Effect: 'Allow',
        Action: 'iot:Subscribe',
        Resource: ['arn:aws:iot:eu-west-1:000011112222:topicfilter/*'],
      },
      { Effect: 'Allow', Action: 'iot:Receive', Resource: ['arn:aws:iot:eu-west-1:000011112222:topic/*'] },
    ],
  });
});
