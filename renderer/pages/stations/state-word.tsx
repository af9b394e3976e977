/** The state of a station, in a word and its colour. */
import { useTranslation } from 'react-i18next';
import type { StationState } from '../../../preload/shapes.ts';
import styles from './state-word.module.css';

export function StateWord({ state }: { readonly state: StationState }) {
  const { t } = useTranslation();
  return (
    <span className={styles['state']} data-state={state}>
      {t(`stations.state.${state}`)}
    </span>
  );
}
