/** Settings without secrets, kept by electron-store; values from an older or damaged file fall back to the defaults one by one. */
import Store from 'electron-store';
import { nativeTheme } from 'electron';
import { z } from 'zod';
import type { Settings } from '../../preload/shapes.ts';

const placeSchema = z.object({ x: z.number(), y: z.number(), width: z.number().min(1), height: z.number().min(1) });

export type WindowPlace = z.infer<typeof placeSchema>;

const settingsSchema = z.object({
  theme: z.enum(['system', 'light', 'dark']).catch('system'),
  language: z.enum(['system', 'en', 'fr']).catch('system'),
  finalNewline: z.boolean().catch(true),
  awsQuotas: z.boolean().catch(false),
});

export type SettingsStore = {
  readonly get: () => Settings;
  readonly set: (change: { readonly [Key in keyof Settings]?: Settings[Key] | undefined }) => Settings;
  readonly windowPlace: () => WindowPlace | null;
  readonly setWindowPlace: (place: WindowPlace) => void;
};

/** `folder` is Electron's userData. */
export function openSettings(folder: string): SettingsStore {
  const store = new Store<Record<string, unknown>>({ cwd: folder, name: 'settings', clearInvalidConfig: true });
  const get = (): Settings => settingsSchema.parse(store.get('settings', {}));
  const apply = (settings: Settings): void => {
    nativeTheme.themeSource = settings.theme;
  };
  apply(get());
  return {
    get,
    set: (change) => {
      const next = settingsSchema.parse({ ...get(), ...change });
      store.set('settings', next);
      apply(next);
      return next;
    },
    windowPlace: () => placeSchema.nullable().catch(null).parse(store.get('window', null)),
    setWindowPlace: (place) => store.set('window', place),
  };
}
