/** Small wordings of a station: where it lies, what its sky is called, what its speed means. */
import type { TFunction } from 'i18next';
import type { StationStatus } from '../../../preload/shapes.ts';
import { MISSING, type Format } from '../../text/format.ts';

/** `72.43° N, 22.10° W · 34 m`; an em dash when nothing is known. */
export function placeText(station: StationStatus, t: TFunction, format: Format): string {
  const { latitude, longitude, elevation } = station;
  const parts = [
    latitude === null || longitude === null
      ? null
      : t('stations.place', {
          latitude: `${format.number(Math.abs(latitude), 2)}°\u00a0${latitude < 0 ? 'S' : 'N'}`,
          longitude: `${format.number(Math.abs(longitude), 2)}°\u00a0${longitude < 0 ? t('stations.west') : 'E'}`,
        }),
    elevation === null ? null : t('stations.elevation', { metres: format.number(elevation, 0) }),
  ].filter((part) => part !== null);
  return parts.length === 0 ? MISSING : parts.join(' · ');
}

export function skyText(oktas: number | null, t: TFunction): string {
  if (oktas === null) return t('stations.okta.unknown');
  if (oktas === 0) return t('stations.okta.clear');
  if (oktas <= 2) return t('stations.okta.few');
  if (oktas <= 4) return t('stations.okta.scattered');
  return oktas < 8 ? t('stations.okta.broken') : t('stations.okta.overcast');
}

/** How much station time passes in a second: `10 min a second`. */
export function speedText(speed: number, t: TFunction, format: Format): string {
  if (speed === 1) return t('stations.speedText.real');
  if (speed >= 86_400) return t('stations.speedText.day');
  const amount = (value: number) => format.number(value, Number.isInteger(value) ? 0 : 1);
  if (speed < 60) return t('stations.speedText.seconds', { amount: amount(speed) });
  if (speed < 3_600) return t('stations.speedText.minutes', { amount: amount(speed / 60) });
  return t('stations.speedText.hours', { amount: amount(speed / 3_600) });
}
