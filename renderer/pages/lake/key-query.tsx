/** Which keys of a table are read: of the table itself or of an index, one partition or all, a range of its sort key, and in which order. */
import { NativeSelect, SegmentedControl, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { KeyAttribute, SortCondition, TableState } from '../../../preload/shapes-tables.ts';
import { keyOf, keyFault, type KeyChoice } from '../../state/key-choice.ts';
import styles from './table-panel.module.css';

const OPERATORS: readonly SortCondition['operator'][] = ['=', '<', '<=', '>', '>=', 'between', 'begins'];

type KeyQueryProps = {
  readonly table: TableState;
  readonly choice: KeyChoice;
  readonly onChange: (choice: KeyChoice) => void;
};

export function KeyQuery({ table, choice, onChange }: KeyQueryProps) {
  const { t } = useTranslation();
  const { hash, range } = keyOf(table, choice.index);
  const { index, partition, operator, value, to, newestFirst } = choice;
  const holds = table.indexes.find(({ name }) => name === index)?.holds ?? 'all';
  return (
    <>
      {table.indexes.length > 0 && (
        <NativeSelect
          size="xs"
          label={t('tables.index')}
          description={holds === 'all' ? undefined : t(`tables.holds.${holds}`)}
          data={[
            { value: '', label: t('tables.noIndex') },
            ...table.indexes.map(({ name }) => ({ value: name, label: name })),
          ]}
          value={index ?? ''}
          onChange={(event) => {
            const name = event.currentTarget.value;
            // Other keys, perhaps of other types.
            onChange({ ...choice, index: name === '' ? null : name, partition: '', value: '', to: '' });
          }}
        />
      )}
      <KeyInput
        label={t('tables.partition', { name: hash.name })}
        part={hash}
        placeholder={t('tables.allPartitions')}
        value={partition}
        onChange={(text) => onChange({ ...choice, partition: text })}
      />
      {range !== null && partition !== '' && (
        <>
          <NativeSelect
            size="xs"
            label={t('tables.sort', { name: range.name })}
            data={OPERATORS.filter((name) => name !== 'begins' || range.type !== 'N').map((name) => ({
              value: name,
              label: name === 'begins' || name === 'between' ? t(`tables.operator.${name}`) : name,
            }))}
            value={operator}
            onChange={(event) => {
              const known = OPERATORS.find((name) => name === event.currentTarget.value);
              if (known !== undefined) onChange({ ...choice, operator: known });
            }}
          />
          <KeyInput
            label={t('tables.sortValue')}
            part={range}
            placeholder={t('tables.allSorts')}
            value={value}
            onChange={(text) => onChange({ ...choice, value: text })}
          />
          {operator === 'between' && (
            <KeyInput
              label={t('tables.sortTo')}
              part={range}
              placeholder=""
              value={to}
              onChange={(text) => onChange({ ...choice, to: text })}
            />
          )}
          <SegmentedControl
            size="xs"
            className={styles['order'] ?? ''}
            aria-label={t('tables.order')}
            data={[
              { value: 'down', label: t('tables.highestFirst') },
              { value: 'up', label: t('tables.lowestFirst') },
            ]}
            value={newestFirst ? 'down' : 'up'}
            onChange={(order) => onChange({ ...choice, newestFirst: order === 'down' })}
          />
        </>
      )}
    </>
  );
}

type KeyInputProps = {
  readonly label: string;
  readonly part: KeyAttribute;
  readonly placeholder: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
};

function KeyInput({ label, part, placeholder, value, onChange }: KeyInputProps) {
  const { t } = useTranslation();
  const isFaulty = value !== '' && keyFault(part, value);
  return (
    <TextInput
      size="xs"
      label={label}
      placeholder={
        part.type === 'S' || placeholder === '' ? placeholder : `${placeholder} (${t(`tables.type.${part.type}`)})`
      }
      error={isFaulty && part.type !== 'S' ? t(`tables.keyFault.${part.type}`) : null}
      value={value}
      spellCheck={false}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
