/** Copies a text and says so for a moment. */
import { useClipboard } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';

type CopyButtonProps = { readonly text: () => string; readonly label?: string; readonly disabled?: boolean };

export function CopyButton({ text, label, disabled = false }: CopyButtonProps) {
  const { t } = useTranslation();
  const { copied, copy } = useClipboard({ timeout: 1500 });
  return (
    <Button small icon={copied ? 'check' : 'copy'} disabled={disabled} onClick={() => copy(text())}>
      {copied ? t('common.copied') : (label ?? t('common.copy'))}
    </Button>
  );
}
