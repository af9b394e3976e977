/** Files may be dropped anywhere on the window: shows where they go, and hands them to main. */
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Contours } from '../parts/contours.tsx';
import { Icon } from '../parts/icon.tsx';
import { CertificateImport } from '../pages/stations/certificate-import.tsx';
import { CertificateView } from '../pages/stations/certificate-view.tsx';
import { addDropped } from '../state/fleet-actions.ts';
import styles from './drop-zone.module.css';

export function DropZone({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation();
  const [isOver, setIsOver] = useState(false);

  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setIsOver(true);
    };
    const leave = (event: DragEvent) => {
      // The last leave, out of the window, goes to nothing.
      if (event.relatedTarget === null) setIsOver(false);
    };
    const drop = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setIsOver(false);
      void addDropped([...(event.dataTransfer?.files ?? [])]);
    };
    document.addEventListener('dragover', over);
    document.addEventListener('dragleave', leave);
    document.addEventListener('drop', drop);
    return () => {
      document.removeEventListener('dragover', over);
      document.removeEventListener('dragleave', leave);
      document.removeEventListener('drop', drop);
    };
  }, []);

  return (
    <>
      {children}
      <CertificateImport />
      <CertificateView />
      {isOver && (
        <div className={styles['overlay']}>
          <Contours className={styles['contours']} />
          <div className={styles['words']}>
            <Icon name="drop" size={28} />
            <p className={styles['title']}>{t('drop.title')}</p>
            <p>{t('drop.text')}</p>
          </div>
        </div>
      )}
    </>
  );
}
