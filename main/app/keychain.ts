/** Seals the vault's key with the system's keychain, where there is a real one. */
import { safeStorage } from 'electron';
import type { KeySeal } from '../control/vault.ts';

/** On Linux Electron also offers `basic_text`, a fixed password: that is no encryption and counts as none. */
export function systemSeal(): KeySeal | null {
  if (!safeStorage.isEncryptionAvailable()) return null;
  const backend = (safeStorage as { getSelectedStorageBackend?: () => string }).getSelectedStorageBackend;
  if (process.platform === 'linux' && (backend === undefined || backend() === 'basic_text')) return null;
  return { seal: (text) => safeStorage.encryptString(text), open: (sealed) => safeStorage.decryptString(sealed) };
}
