/** Recording of everything a subscription receives, and export of what is listed, to a file chosen in the system's dialog. */
import { Menu } from '@mantine/core';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecordFormat, TopicRecording } from '../../../preload/shapes-topics.ts';
import { Button } from '../../parts/button.tsx';
import { notifyDone, notifyError } from '../../state/notices.tsx';
import { exportListed, startRecording, stopRecording } from '../../state/topics.ts';
import { useFormat } from '../../text/use-format.ts';
import styles from './subscription-panel.module.css';

const FORMATS: readonly RecordFormat[] = ['ndjson', 'csv'];

type MenuProps = { readonly filter: string; readonly isRunning: boolean };

export const RecordMenu = memo(function RecordMenu({ filter, isRunning }: MenuProps) {
  const { t } = useTranslation();
  const format = useFormat();
  if (isRunning) {
    return (
      <Button small icon="stop" onClick={() => void stopRecording(filter).catch(notifyError)}>
        {t('topics.stopRecording')}
      </Button>
    );
  }
  const save = async (as: RecordFormat): Promise<void> => {
    const done = await exportListed(filter, as);
    if (done === null) return;
    notifyDone(t('topics.exportAs'), t('topics.exported', { amount: format.integer(done.written), name: done.name }));
  };
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button small icon="record">
          {t('topics.record')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('topics.recordAs')}</Menu.Label>
        {FORMATS.map((as) => (
          <Menu.Item key={as} onClick={() => void startRecording(filter, as).catch(notifyError)}>
            {t(`topics.${as}`)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>{t('topics.exportAs')}</Menu.Label>
        {FORMATS.map((as) => (
          <Menu.Item key={as} onClick={() => void save(as).catch(notifyError)}>
            {t(`topics.${as}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
});

export function RecordingLine({ recording }: { readonly recording: TopicRecording | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (recording === null) return null;
  const { name, written, bytes, lost, error, isRunning } = recording;
  const told = { name, amount: format.integer(written), bytes: format.bytes(bytes) };
  return (
    <p className={styles['recording']} role="status" data-running={isRunning || undefined} data-written={written}>
      {t(isRunning ? 'topics.recording' : 'topics.recorded', told)}
      {lost > 0 && <strong>{t('topics.lost', { amount: format.integer(lost) })}</strong>}
      {error !== null && <strong>{error.message}</strong>}
    </p>
  );
}
