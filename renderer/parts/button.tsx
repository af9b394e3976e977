/** The window's button: native, quiet by default, ink when it is the one thing to do. */
import { Tooltip } from '@mantine/core';
import type { ComponentProps, ReactNode } from 'react';
import styles from './button.module.css';
import { Icon, type IconName } from './icon.tsx';

type ButtonProps = Omit<ComponentProps<'button'>, 'className' | 'type'> & {
  readonly type?: 'button' | 'submit';
  readonly kind?: 'primary' | 'plain' | 'quiet' | 'danger';
  readonly icon?: IconName;
  readonly small?: boolean;
  readonly children: ReactNode;
};

export function Button({ type = 'button', kind = 'plain', icon, small = false, children, ...rest }: ButtonProps) {
  return (
    // Last, because a menu or popover gives its target a class of its own.
    <button type={type} {...rest} className={styles['button']} data-kind={kind} data-small={small || undefined}>
      {icon !== undefined && <Icon name={icon} size={small ? 13 : 14} />}
      <span>{children}</span>
    </button>
  );
}

type IconButtonProps = Omit<ComponentProps<'button'>, 'className' | 'type' | 'children'> & {
  readonly icon: IconName;
  /** Its accessible name, shown as a tip too. */
  readonly label: string;
  /** The tip, when the name says more than the eye needs. */
  readonly tip?: string;
  readonly kind?: 'plain' | 'quiet';
};

export function IconButton({ icon, label, tip, kind = 'quiet', ...rest }: IconButtonProps) {
  return (
    <Tooltip label={tip ?? label}>
      <button type="button" className={styles['icon']} data-kind={kind} aria-label={label} {...rest}>
        <Icon name={icon} size={15} />
      </button>
    </Tooltip>
  );
}
