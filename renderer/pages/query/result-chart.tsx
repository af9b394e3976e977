/** The result as a chart: suggested from the column types, changed by the person. */
import { MultiSelect, SegmentedControl, Select } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { QueryRows } from '../../../preload/shapes.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { chartData, isNumeric, suggestChart, type ChartChoice, type ChartType } from '../../state/chart-suggestion.ts';
import { useFormat } from '../../text/use-format.ts';
import { ChartCanvas } from './chart-canvas.tsx';
import styles from './result-chart.module.css';

const TYPES: readonly ChartType[] = ['bar', 'line', 'scatter'];

export function ResultChart({ result }: { readonly result: QueryRows }) {
  const { t } = useTranslation();
  const { columns, rows } = result;
  const suggested = useMemo(() => suggestChart(columns, rows), [columns, rows]);
  const [change, setChange] = useState<Partial<ChartChoice>>({});
  const choice = useMemo(() => (suggested === null ? null : { ...suggested, ...change }), [suggested, change]);
  const data = useMemo(() => (choice === null ? null : chartData(columns, rows, choice)), [columns, rows, choice]);
  if (choice === null || data === null) {
    return (
      <EmptyState small title={t('query.noNumbers')}>
        {t('query.noNumbersText')}
      </EmptyState>
    );
  }
  return (
    <div className={styles['chart']}>
      <ChartWells result={result} choice={choice} onChange={(more) => setChange({ ...change, ...more })} />
      <div className={styles['canvas']}>
        <ChartCanvas
          label={t('query.chartLabel')}
          type={choice.type}
          x={choice.x}
          y={choice.y.join(', ')}
          data={data}
        />
      </div>
    </div>
  );
}

type ChartWellsProps = {
  readonly result: QueryRows;
  readonly choice: ChartChoice;
  readonly onChange: (change: Partial<ChartChoice>) => void;
};

function ChartWells({ result, choice, onChange }: ChartWellsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { columns, rows, token } = result;
  const names = [...new Set(columns.map(({ name }) => name))];
  const numbers = [...new Set(columns.filter(isNumeric).map(({ name }) => name))];
  return (
    <div className={styles['wells']}>
      <SegmentedControl
        aria-label={t('query.type')}
        fullWidth
        value={choice.type}
        onChange={(value) => onChange({ type: TYPES.find((type) => type === value) ?? choice.type })}
        data={TYPES.map((type) => ({ value: type, label: t(`query.${type}`) }))}
      />
      <Select
        label={t('query.x')}
        data={names}
        value={choice.x}
        onChange={(x) => {
          if (x !== null) onChange({ x });
        }}
      />
      <MultiSelect label={t('query.y')} data={numbers} value={[...choice.y]} onChange={(y) => onChange({ y })} />
      <Select
        label={t('query.colour')}
        data={names}
        value={choice.colour}
        placeholder={t('query.none')}
        allowDeselect
        clearable
        onChange={(colour) => onChange({ colour })}
      />
      {token !== null && <p>{t('query.chartRows', { amount: format.integer(rows.length) })}</p>}
    </div>
  );
}
