/** Where a topic filter is typed; says what + and # mean, and what is wrong before the target has to. */
import { TextInput } from '@mantine/core';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../parts/button.tsx';
import { faultOfFilter } from '../../state/topic-log.ts';
import { subscribeTo } from '../../state/topics.ts';
import styles from './topics-page.module.css';

const FIRST_FILTER = 'sensor/weather/#';

export function SubscribeBox({ filters }: { readonly filters: readonly string[] }) {
  const { t } = useTranslation();
  const [filter, setFilter] = useState(FIRST_FILTER);
  const hintId = useId();
  const fault = faultOfFilter(filter.trim());
  const isOpen = filters.includes(filter.trim());
  return (
    <>
      <form
        className={styles['subscribe']}
        onSubmit={(event) => {
          event.preventDefault();
          if (fault === null) subscribeTo(filter.trim());
        }}
      >
        <TextInput
          aria-label={t('topics.filter')}
          aria-describedby={hintId}
          value={filter}
          error={fault !== null}
          spellCheck={false}
          onChange={(event) => setFilter(event.currentTarget.value)}
        />
        <Button kind="primary" disabled={fault !== null} onClick={() => subscribeTo(filter.trim())}>
          {t('topics.subscribe')}
        </Button>
      </form>
      <p id={hintId} className={styles['hint']} data-bad={fault !== null || undefined}>
        {fault !== null ? t(`topics.badFilter.${fault}`) : t(isOpen ? 'topics.duplicate' : 'topics.filterHint')}
      </p>
    </>
  );
}
