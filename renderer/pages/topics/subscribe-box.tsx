/** Where a topic filter is typed; says what + and # mean, and what is wrong before the target has to. */
import { Autocomplete, Popover, Select } from '@mantine/core';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '../../parts/button.tsx';
import { faultOfFilter } from '../../state/topic-checks.ts';
import { toggleFavourite, useTopicMemory } from '../../state/topic-memory.ts';
import { FIRST_SETTINGS, isSubscribed, subscribeTo, type TopicSettings } from '../../state/topics.ts';
import { useFormat } from '../../text/use-format.ts';
import styles from './topics-page.module.css';

const FIRST_FILTER = 'sensor/weather/#';
const KEEP_MESSAGES = [100, 1_000, 5_000, 20_000] as const;
const KEEP_BYTES = [1_000_000, 16_000_000, 64_000_000] as const;

export function SubscribeBox() {
  const { t } = useTranslation();
  const { favourites, recent } = useTopicMemory();
  const [filter, setFilter] = useState(recent[0] ?? FIRST_FILTER);
  const [settings, setSettings] = useState(FIRST_SETTINGS);
  const hintId = useId();
  const wanted = filter.trim();
  const fault = faultOfFilter(wanted);
  // Said only to who asks for the same filter again.
  const [isRepeated, setRepeated] = useState(false);
  const subscribe = () => {
    if (fault !== null) return;
    setRepeated(isSubscribed(wanted));
    subscribeTo(wanted, settings);
  };
  const isFavourite = favourites.includes(wanted);
  const others = recent.filter((known) => !favourites.includes(known));
  return (
    <>
      <form
        className={styles['subscribe']}
        onSubmit={(event) => {
          event.preventDefault();
          subscribe();
        }}
      >
        <Autocomplete
          className={styles['filter'] ?? ''}
          aria-label={t('topics.filter')}
          aria-describedby={hintId}
          value={filter}
          error={fault !== null}
          spellCheck={false}
          maxDropdownHeight={320}
          // The list offers, it does not filter away what one wants instead of the present text.
          filter={({ options }) => options}
          data={[
            ...(favourites.length > 0 ? [{ group: t('topics.favourites'), items: [...favourites] }] : []),
            ...(others.length > 0 ? [{ group: t('topics.recent'), items: [...others] }] : []),
          ]}
          onChange={(value) => {
            setFilter(value);
            setRepeated(false);
          }}
        />
        <IconButton
          icon="star"
          label={t(isFavourite ? 'topics.unfavourite' : 'topics.favourite', { filter: wanted })}
          aria-pressed={isFavourite}
          disabled={fault !== null}
          onClick={() => toggleFavourite(wanted)}
        />
        <AdditionalSettings settings={settings} onChange={setSettings} />
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

type SettingsProps = { readonly settings: TopicSettings; readonly onChange: (settings: TopicSettings) => void };

function AdditionalSettings({ settings, onChange }: SettingsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const common = { size: 'xs', allowDeselect: false, comboboxProps: { withinPortal: false } } as const;
  return (
    <Popover position="bottom-start" width={320} trapFocus>
      <Popover.Target>
        <Button icon="settings">{t('topics.settings')}</Button>
      </Popover.Target>
      <Popover.Dropdown>
        <div className={styles['settings']}>
          <Select
            {...common}
            label={t('topics.quality')}
            data={[
              { value: '0', label: t('topics.qos0') },
              { value: '1', label: t('topics.qos1') },
            ]}
            value={String(settings.qos)}
            onChange={(value) => onChange({ ...settings, qos: value === '1' ? 1 : 0 })}
          />
          <Select
            {...common}
            label={t('topics.display')}
            data={(['auto', 'text', 'hex'] as const).map((value) => ({ value, label: t(`topics.displayAs.${value}`) }))}
            value={settings.display}
            onChange={(value) =>
              onChange({ ...settings, display: value === 'text' || value === 'hex' ? value : 'auto' })
            }
          />
          <Select
            {...common}
            label={t('topics.keepMessages')}
            data={KEEP_MESSAGES.map((value) => ({ value: String(value), label: format.integer(value) }))}
            value={String(settings.keepMessages)}
            onChange={(value) => onChange({ ...settings, keepMessages: Number(value) })}
          />
          <Select
            {...common}
            label={t('topics.keepBytes')}
            data={KEEP_BYTES.map((value) => ({ value: String(value), label: format.bytes(value) }))}
            value={String(settings.keepBytes)}
            onChange={(value) => onChange({ ...settings, keepBytes: Number(value) })}
          />
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
