/** What became of an import, with the way back while the notice is there. */
import { notifications } from '@mantine/notifications';
import i18next from 'i18next';
import type { ImportOutcome } from '../../preload/shapes-certificates.ts';
import { ImportedNotice } from '../parts/imported-notice.tsx';
import { notifyDone, notifyError } from './notices.tsx';
import { call } from './window-app.ts';

const SHOWN_MS = 30_000;

export function notifyImported(outcome: ImportOutcome): void {
  const { imported, refused, undo } = outcome;
  const id = `import-${undo}`;
  const takeBack = async () => {
    notifications.hide(id);
    try {
      await call('certificates.undoImport', { undo });
      notifyDone(i18next.t('certificates.undone'), i18next.t('certificates.undoneText'));
    } catch (error) {
      notifyError(error);
    }
  };
  notifications.show({
    id,
    title:
      imported.length === 0
        ? i18next.t('certificates.noneImported')
        : i18next.t('certificates.imported', { count: imported.length, amount: imported.length }),
    message: <ImportedNotice outcome={outcome} onUndo={() => void takeBack()} />,
    color: refused.length > 0 ? 'var(--fault)' : 'var(--live)',
    autoClose: refused.length > 0 ? false : SHOWN_MS,
    closeButtonProps: { 'aria-label': i18next.t('common.close') },
  });
}
