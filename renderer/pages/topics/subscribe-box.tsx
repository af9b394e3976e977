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
  // Said only to who asks for the same filter again.
  const [isRepeated, setRepeated] = useState(false);
  const subscribe = () => {
    if (fault !== null) return;
    setRepeated(filters.includes(filter.trim()));
    subscribeTo(filter.trim());
  };
  return (
    <>
      <form
        className={styles['subscribe']}
        onSubmit={(event) => {
          event.preventDefault();
          subscribe();
        }}
      >
        <TextInput
          aria-label={t('topics.filter')}
          aria-describedby={hintId}
          value={filter}
          error={fault !== null}
          spellCheck={false}
          onChange={(event) => {
            setFilter(event.currentTarget.value);
            setRepeated(false);
          }}
        />
        <Button kind="primary" disabled={fault !== null} onClick={subscribe}>
          {t('topics.subscribe')}
        </Button>
      </form>
      <p id={hintId} className={styles['hint']} data-bad={fault !== null || undefined}>
        {fault !== null ? t(`topics.badFilter.${fault}`) : t(isRepeated ? 'topics.duplicate' : 'topics.filterHint')}
      </p>
    </>
  );
}
