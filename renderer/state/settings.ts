/** The person's settings, read once and kept in step with main. */
import { create } from 'zustand';
import type { Settings } from '../../preload/shapes.ts';
import { call } from './window-app.ts';

type SettingsState = { readonly settings: Settings };

const FIRST: Settings = { theme: 'system', language: 'system', finalNewline: true, awsQuotas: false };

export const useSettings = create<SettingsState>()(() => ({ settings: FIRST }));

export async function readSettings(): Promise<Settings> {
  const settings = await call('settings.get', {});
  useSettings.setState({ settings });
  return settings;
}

export async function changeSettings(change: Partial<Settings>): Promise<void> {
  useSettings.setState({ settings: await call('settings.set', change) });
}
