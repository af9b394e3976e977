/**
 * AWS's limits on what one connection may send and be sent, for those who want to see what AWS would do: what is above them is
 * discarded without a word, on either side. https://docs.aws.amazon.com/general/latest/gr/iot-core.html#message-broker-limits
 */
import type { QuotaActivity } from '../api.ts';

export type Quota = {
  /** Counting begins anew with every change. */
  readonly setOn: (isOn: boolean) => void;
  /** Whether one more message of this size passes; what does not is counted. Always, while the quotas are off. */
  readonly mayPass: (connection: object, clientId: string, direction: Direction, bytes: number) => boolean;
  /** The connection is gone; what it lost stays in the sums. */
  readonly forget: (connection: object) => void;
  readonly activity: () => QuotaActivity;
};

type Direction = 'in' | 'out';

/** Publish requests a second and connection, each way. */
const MOST_MESSAGES = 100;
/** Throughput a second and connection, both ways together. */
const MOST_BYTES = 512 * 1024;
/** Connections that are named. */
const MOST_SHOWN = 10;

type Meter = {
  readonly clientId: string;
  second: number;
  in: number;
  out: number;
  bytes: number;
  droppedIn: number;
  droppedOut: number;
};

export function openQuota(isOnFirst: boolean, onChange: () => void): Quota {
  let isOn = isOnFirst;
  const meters = new Map<object, Meter>();
  let droppedIn = 0;
  let droppedOut = 0;

  const meterOf = (connection: object, clientId: string): Meter => {
    const meter = meters.get(connection) ?? {
      clientId,
      second: 0,
      in: 0,
      out: 0,
      bytes: 0,
      droppedIn: 0,
      droppedOut: 0,
    };
    meters.set(connection, meter);
    return meter;
  };

  return {
    setOn: (next) => {
      isOn = next;
      meters.clear();
      droppedIn = 0;
      droppedOut = 0;
      onChange();
    },
    mayPass: (connection, clientId, direction, bytes) => {
      if (!isOn) return true;
      const meter = meterOf(connection, clientId);
      const second = Math.floor(Date.now() / 1000);
      if (meter.second !== second) {
        meter.second = second;
        meter.in = 0;
        meter.out = 0;
        meter.bytes = 0;
      }
      if (meter[direction] < MOST_MESSAGES && meter.bytes + bytes <= MOST_BYTES) {
        meter[direction]++;
        meter.bytes += bytes;
        return true;
      }
      if (direction === 'in') {
        meter.droppedIn++;
        droppedIn++;
      } else {
        meter.droppedOut++;
        droppedOut++;
      }
      onChange();
      return false;
    },
    forget: (connection) => void meters.delete(connection),
    activity: () => ({
      isOn,
      droppedIn,
      droppedOut,
      connections: [...meters.values()]
        .filter((meter) => dropped(meter) > 0)
        .sort((a, b) => dropped(b) - dropped(a))
        .slice(0, MOST_SHOWN)
        .map((meter) => ({ clientId: meter.clientId, droppedIn: meter.droppedIn, droppedOut: meter.droppedOut })),
    }),
  };
}

function dropped(meter: Meter): number {
  return meter.droppedIn + meter.droppedOut;
}
