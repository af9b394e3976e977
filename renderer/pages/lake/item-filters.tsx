/** Filters on items: attribute, operator, value; all of them must be met. */
import { NativeSelect, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ItemFilter } from '../../../preload/shapes-tables.ts';
import { Button, IconButton } from '../../parts/button.tsx';
import styles from './table-panel.module.css';

const OPERATORS: readonly ItemFilter['operator'][] = [
  '=',
  '<>',
  '<',
  '<=',
  '>',
  '>=',
  'begins',
  'contains',
  'exists',
  'missing',
];
const MOST_FILTERS = 5;
const NEW_FILTER: ItemFilter = { path: [''], operator: '=', value: '', type: 'S' };

type ItemFiltersProps = {
  readonly filters: readonly ItemFilter[];
  readonly onChange: (filters: readonly ItemFilter[]) => void;
};

export function ItemFilters({ filters, onChange }: ItemFiltersProps) {
  const { t } = useTranslation();
  const words: Readonly<Record<string, string>> = {
    begins: t('tables.operator.begins'),
    contains: t('tables.operator.contains'),
    exists: t('tables.operator.exists'),
    missing: t('tables.operator.missing'),
  };
  const set = (index: number, change: Partial<ItemFilter>): void =>
    onChange(filters.map((filter, at) => (at === index ? { ...filter, ...change } : filter)));
  return (
    <div className={styles['filters']}>
      {filters.map(({ path, operator, value }, index) => (
        <div key={index} className={styles['filter']}>
          <TextInput
            size="xs"
            aria-label={t('tables.filterField', { number: index + 1 })}
            placeholder={t('tables.attribute')}
            value={path.join('.')}
            spellCheck={false}
            onChange={(event) => set(index, { path: event.currentTarget.value.trim().split('.') })}
          />
          <NativeSelect
            size="xs"
            aria-label={t('tables.filterOperator', { number: index + 1 })}
            data={OPERATORS.map((name) => ({ value: name, label: words[name] ?? name }))}
            value={operator}
            onChange={(event) => {
              const known = OPERATORS.find((name) => name === event.currentTarget.value);
              if (known !== undefined) set(index, { operator: known });
            }}
          />
          {operator !== 'exists' && operator !== 'missing' && (
            <TextInput
              size="xs"
              aria-label={t('tables.filterValue', { number: index + 1 })}
              value={value}
              spellCheck={false}
              onChange={(event) =>
                set(index, { value: event.currentTarget.value, type: typeOf(event.currentTarget.value) })
              }
            />
          )}
          <IconButton
            icon="close"
            label={t('tables.removeFilter', { number: index + 1 })}
            onClick={() => onChange(filters.filter((_filter, at) => at !== index))}
          />
        </div>
      ))}
      {filters.length < MOST_FILTERS && (
        <Button small kind="quiet" icon="plus" onClick={() => onChange([...filters, NEW_FILTER])}>
          {t('tables.addFilter')}
        </Button>
      )}
    </div>
  );
}

/** As a person writes it: a number is a number. */
function typeOf(text: string): ItemFilter['type'] {
  if (text === 'true' || text === 'false') return 'BOOL';
  return /^-?\d+(\.\d+)?$/.test(text) ? 'N' : 'S';
}
