/** Asks before something that cannot be undone by a click. */
import { Modal } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';
import styles from './confirm.module.css';

type ConfirmProps = {
  readonly title: string;
  readonly text: string;
  readonly action: string;
  readonly isDanger?: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
};

export function Confirm({ title, text, action, isDanger = false, onConfirm, onClose }: ConfirmProps) {
  const { t } = useTranslation();
  return (
    <Modal opened onClose={onClose} title={title} size={440} withCloseButton={false}>
      <p className={styles['text']}>{text}</p>
      <div className={styles['actions']}>
        <Button onClick={onClose}>{t('common.cancel')}</Button>
        <Button
          kind={isDanger ? 'danger' : 'primary'}
          onClick={() => {
            onConfirm();
            onClose();
          }}
        >
          {action}
        </Button>
      </div>
    </Modal>
  );
}
