/** Asks before quitting while stations publish. */
import { dialog, type BrowserWindow } from 'electron';
import type { Control } from '../control/control.ts';

export async function askBeforeQuit(control: Control, window: BrowserWindow | null): Promise<boolean> {
  const live = control.fleet.status().stations.filter((station) => station.state === 'live').length;
  if (live === 0 || window === null || window.isDestroyed()) return true;
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: live === 1 ? 'One station is still publishing.' : `${live} stations are still publishing.`,
    detail: 'They stop when Isobar quits, and go on where they stopped when you start them again.',
    buttons: ['Quit', 'Cancel'],
    defaultId: 0,
    cancelId: 1,
  });
  return response === 0;
}
