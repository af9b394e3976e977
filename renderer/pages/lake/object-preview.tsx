/** The beginning of an object as text; lines of JSON can be set so that they read. */
import { SegmentedControl, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toPlainError } from '../../../preload/errors.ts';
import { IconButton } from '../../parts/button.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { prettyJson } from '../../parts/pretty-json.ts';
import { call } from '../../state/window-app.ts';
import { useFormat } from '../../text/use-format.ts';
import styles from './object-browser.module.css';

type ObjectPreviewProps = { readonly bucket: string; readonly objectKey: string; readonly onClose: () => void };

export function ObjectPreview({ bucket, objectKey, onClose }: ObjectPreviewProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const [look, setLook] = useState('raw');
  const { data, error } = useQuery({
    queryKey: ['lake.preview', bucket, objectKey],
    queryFn: () => call('lake.preview', { bucket, key: objectKey }),
  });
  const name = objectKey.split('/').at(-1) ?? objectKey;
  return (
    <aside className={styles['preview']} aria-label={t('lake.previewOf', { name })}>
      <div className={styles['preview-head']}>
        <code title={objectKey}>{name}</code>
        <IconButton icon="close" label={t('common.close')} onClick={onClose} />
      </div>
      {error !== null && <ErrorNotice error={toPlainError(error)} />}
      {data === undefined && error === null && <Skeleton height={180} />}
      {data !== undefined && (
        <>
          <div className={styles['preview-tools']}>
            <SegmentedControl
              value={look}
              onChange={setLook}
              data={[
                { value: 'raw', label: t('lake.raw') },
                { value: 'pretty', label: t('lake.pretty') },
              ]}
            />
            <CopyButton text={() => data.text} />
            <span>
              {format.bytes(data.bytes)}
              {data.cut && ` · ${t('lake.cut')}`}
            </span>
          </div>
          {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a long text must be reachable by keyboard to be scrolled */}
          <pre tabIndex={0}>{look === 'raw' ? data.text : prettyLines(data.text)}</pre>
        </>
      )}
    </aside>
  );
}

/** One JSON document a line; a line that is none, such as the cut last one, stays as it is. */
function prettyLines(text: string): string {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map(prettyJson)
    .join('\n');
}
