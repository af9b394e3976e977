/** Mantine's theme spelled in our tokens, so that no part of the library looks stock. */
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

const INK: MantineColorsTuple = [
  '#f4f2ec',
  '#e4dfd2',
  '#c4bdad',
  '#9aa1a4',
  '#76818a',
  '#56626d',
  '#3b4955',
  '#2c4356',
  '#1d2f3d',
  '#14202b',
];

export const theme = createTheme({
  primaryColor: 'ink',
  primaryShade: { light: 8, dark: 1 },
  colors: { ink: INK },
  fontFamily: 'var(--font-text)',
  fontFamilyMonospace: 'var(--font-mono)',
  fontSizes: { xs: '11px', sm: '12px', md: '13px', lg: '15px', xl: '20px' },
  radius: { xs: '2px', sm: '4px', md: '4px', lg: '6px', xl: '6px' },
  defaultRadius: 'sm',
  focusRing: 'auto',
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    // The page itself never scrolls, and the lock would inject a style sheet without our nonce.
    Modal: {
      defaultProps: { lockScroll: false, centered: true, padding: 'lg', transitionProps: { duration: 120 } },
    },
    Drawer: {
      defaultProps: { lockScroll: false, position: 'right', padding: 'lg', transitionProps: { duration: 120 } },
    },
    TextInput: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs', allowDeselect: false, comboboxProps: { shadow: 'none' } } },
    MultiSelect: { defaultProps: { size: 'xs', comboboxProps: { shadow: 'none' } } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
    Tooltip: { defaultProps: { openDelay: 350, multiline: true, transitionProps: { duration: 80 } } },
    Popover: { defaultProps: { shadow: 'none', transitionProps: { duration: 80 } } },
    Checkbox: { defaultProps: { size: 'xs' } },
    Radio: { defaultProps: { size: 'xs' } },
    Switch: { defaultProps: { size: 'sm', withThumbIndicator: false } },
  },
});

const variables = {
  '--mantine-color-body': 'var(--surface)',
  '--mantine-color-text': 'var(--ink)',
  '--mantine-color-dimmed': 'var(--ink-3)',
  '--mantine-color-placeholder': 'var(--ink-3)',
  '--mantine-color-anchor': 'var(--cold)',
  '--mantine-color-default': 'var(--surface)',
  '--mantine-color-default-hover': 'var(--surface-hover)',
  '--mantine-color-default-color': 'var(--ink)',
  '--mantine-color-default-border': 'var(--line-strong)',
  '--mantine-color-error': 'var(--fault)',
  '--mantine-primary-color-filled': 'var(--action)',
  '--mantine-primary-color-filled-hover': 'var(--action-hover)',
  '--mantine-primary-color-contrast': 'var(--on-action)',
  '--mantine-primary-color-light': 'var(--surface-hover)',
  '--mantine-primary-color-light-color': 'var(--ink)',
};

export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light: variables, dark: variables });
