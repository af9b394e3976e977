/** What a template of an action becomes for the newest message that passes, or why it becomes nothing. */
import { createContext, useContext } from 'react';
import { useTranslation } from 'react-i18next';
import type { TemplatePreview as Preview } from '../../../preload/shapes-rules.ts';
import { isTemplate } from '../../state/rule-templates.ts';
import styles from './rule-builder.module.css';

const NONE: readonly Preview[] = [];

/** Of the rule that is being built. */
export const TemplatePreviews = createContext(NONE);

type TemplatePreviewProps = {
  readonly text: string;
  readonly isTopic?: boolean;
  /** Said where the text holds no template. */
  readonly hint?: string;
};

export function TemplatePreview({ text, isTopic = false, hint = '' }: TemplatePreviewProps) {
  const { t } = useTranslation();
  const previews = useContext(TemplatePreviews);
  if (!isTemplate(text)) return <>{hint}</>;
  const preview = previews.find((one) => one.text === text && one.isTopic === isTopic);
  if (preview === undefined) return <>{hint}</>;
  const { filled, missing, error } = preview;
  if (error !== null) return <span className={styles['unfilled']}>{t('rules.templateFault', { error })}</span>;
  if (missing.length > 0) {
    const expressions = missing.map((expression) => `\${${expression}}`).join(', ');
    return <span className={styles['unfilled']}>{t('rules.templateUndefined', { expressions })}</span>;
  }
  if (filled === null) return <>{t('rules.templateNoMessage')}</>;
  return (
    <span className={styles['filled']}>
      {t('rules.templateFilled')} <code>{filled}</code>
    </span>
  );
}
