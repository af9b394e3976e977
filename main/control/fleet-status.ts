/** What a station looks like before the stations process knows it. */
import type { StationStatus } from '../../preload/shapes.ts';
import type { StationRecord } from './fleet-records.ts';

export function idleStatus(record: StationRecord, isWanted: boolean): StationStatus {
  return {
    id: record.id,
    name: record.name,
    kind: record.kind,
    topic: record.topic,
    thingName: record.thingName,
    latitude: record.latitude,
    longitude: record.longitude,
    elevation: record.elevation,
    state: isWanted ? 'connecting' : record.position > 0 ? 'paused' : 'idle',
    error: null,
    speed: record.speed,
    simulatedTime: null,
    position: record.position,
    length: record.length,
    sent: record.acknowledged,
    acknowledged: record.acknowledged,
    failed: 0,
    behind: 0,
    rate: 0,
    targetRate: 0,
    latest: null,
    sparkline: [],
  };
}
