/** Adding stations: the bundled sets with their source and licence, and the person's own files. */
import { Checkbox, Modal, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toPlainError } from '../../../preload/errors.ts';
import type { CatalogueSet } from '../../../preload/shapes.ts';
import { Button } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { addBundled, chooseFiles } from '../../state/fleet-actions.ts';
import { call } from '../../state/window-app.ts';
import { useFormat } from '../../text/use-format.ts';
import styles from './add-stations.module.css';

export function AddStations({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={t('add.title')}
      size={740}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Sets onClose={onClose} />
      <section className={styles['files']}>
        <div>
          <h3>{t('add.files')}</h3>
          <p>{t('add.filesText')}</p>
        </div>
        <Button
          icon="file"
          onClick={() => {
            onClose();
            void chooseFiles();
          }}
        >
          {t('add.choose')}
        </Button>
      </section>
    </Modal>
  );
}

function Sets({ onClose }: { readonly onClose: () => void }) {
  const { data, error } = useQuery({
    queryKey: ['stations.catalogue'],
    queryFn: () => call('stations.catalogue', {}),
    gcTime: 0,
  });
  if (error !== null) return <ErrorNotice error={toPlainError(error)} />;
  if (data === undefined) return <Skeleton height={220} />;
  return (
    <div className={styles['sets']}>
      {data.sets.map((set) => (
        <SetChoice key={set.id} set={set} onClose={onClose} />
      ))}
    </div>
  );
}

function SetChoice({ set, onClose }: { readonly set: CatalogueSet; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const free = set.stations.filter(({ added }) => !added).map(({ id }) => id);
  const [chosen, setChosen] = useState<readonly string[]>(free);
  const day = (iso: string) => iso.slice(0, 10);
  return (
    <section className={styles['set']} aria-label={set.name}>
      <div className={styles['head']}>
        <h3>{set.name}</h3>
        <span className={styles['kind']} data-kind={set.kind}>
          {t(`stations.kind.${set.kind}`)}
        </span>
      </div>
      <p className={styles['description']}>{set.description}</p>
      <dl className={styles['facts']}>
        <dt>{t('add.source')}</dt>
        <dd>{set.source}</dd>
        <dt>{t('add.licence')}</dt>
        <dd>{set.licence}</dd>
      </dl>
      <Checkbox.Group
        value={[...chosen]}
        onChange={setChosen}
        aria-label={t('add.choice', { set: set.name })}
        className={styles['stations']}
      >
        {set.stations.map((station) => (
          <Checkbox
            key={station.id}
            value={station.id}
            disabled={station.added}
            label={
              <>
                {station.name} <code>{station.id}</code>
              </>
            }
            description={
              station.added
                ? t('add.already')
                : t('add.station', {
                    from: day(station.first),
                    to: day(station.last),
                    records: format.integer(station.records),
                  })
            }
          />
        ))}
      </Checkbox.Group>
      <Button
        kind="primary"
        icon="plus"
        disabled={chosen.length === 0}
        onClick={() => {
          onClose();
          void addBundled(set.id, chosen);
        }}
      >
        {t('add.submit', { count: chosen.length, amount: format.integer(chosen.length) })}
      </Button>
    </section>
  );
}
