/** WHERE as rows: field, operator, value; all of them or any of them. */
import { Autocomplete, NativeSelect, SegmentedControl, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { RuleCondition, RuleOperator, RuleRows, RuleTrial } from '../../../preload/shapes-rules.ts';
import { Button, IconButton } from '../../parts/button.tsx';
import { changeRows } from '../../state/rules.ts';
import styles from './rule-builder.module.css';

const OPERATORS: readonly RuleOperator[] = ['=', '<>', '<', '<=', '>', '>='];

type ConditionRowsProps = { readonly rows: RuleRows; readonly fields: RuleTrial['fields'] };

export function ConditionRows({ rows, fields }: ConditionRowsProps) {
  const { t } = useTranslation();
  const { conditions, joined } = rows;
  const set = (index: number, change: Partial<RuleCondition>): void =>
    changeRows({
      ...rows,
      conditions: conditions.map((condition, at) => (at === index ? { ...condition, ...change } : condition)),
    });
  return (
    <fieldset className={styles['rows']}>
      <legend>{t('rules.conditions')}</legend>
      {conditions.map(({ field, operator, value }, index) => (
        <div key={index} className={styles['conditionRow']}>
          <Autocomplete
            aria-label={t('rules.conditionField', { number: index + 1 })}
            data={fields.map(({ path }) => path)}
            value={field}
            spellCheck={false}
            maxDropdownHeight={260}
            onChange={(path) => set(index, { field: path.trim() })}
          />
          <NativeSelect
            aria-label={t('rules.operator', { number: index + 1 })}
            data={[...OPERATORS]}
            value={operator}
            onChange={(event) => {
              const chosen = OPERATORS.find((known) => known === event.currentTarget.value);
              if (chosen !== undefined) set(index, { operator: chosen });
            }}
          />
          <TextInput
            aria-label={t('rules.value', { number: index + 1 })}
            placeholder={fields.find(({ path }) => path === field)?.sample ?? ''}
            value={value}
            spellCheck={false}
            onChange={(event) => set(index, { value: event.currentTarget.value })}
          />
          <IconButton
            icon="close"
            label={t('rules.removeCondition', { number: index + 1 })}
            onClick={() => changeRows({ ...rows, conditions: conditions.filter((_row, at) => at !== index) })}
          />
        </div>
      ))}
      <div className={styles['add']}>
        <Button
          small
          kind="quiet"
          icon="plus"
          onClick={() => changeRows({ ...rows, conditions: [...conditions, { field: '', operator: '=', value: '' }] })}
        >
          {t('rules.addCondition')}
        </Button>
        {conditions.length > 1 && (
          <SegmentedControl
            aria-label={t('rules.joined')}
            data={[
              { value: 'AND', label: t('rules.all') },
              { value: 'OR', label: t('rules.any') },
            ]}
            value={joined}
            onChange={(value) => changeRows({ ...rows, joined: value === 'OR' ? 'OR' : 'AND' })}
          />
        )}
        {conditions.length === 0 && <span className={styles['quiet']}>{t('rules.noConditions')}</span>}
      </div>
    </fieldset>
  );
}
