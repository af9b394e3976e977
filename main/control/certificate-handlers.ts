/** The window's calls about certificates. What comes back is facts and ids: no key and no password. */
import type { CallName } from '../../preload/contract.ts';
import { writeSecret } from './certificates/write-secret.ts';
import type { Control } from './control.ts';
import type { Desktop, Handlers } from './desktop.ts';

type CertificateCalls = Pick<Handlers, Extract<CallName, 'files.choose' | `certificates.${string}`>>;

export function certificateHandlers({ certificates }: Control, desktop: Desktop): CertificateCalls {
  const done = async (work: Promise<void> | void): Promise<null> => {
    await work;
    return null;
  };
  return {
    'files.choose': async () => certificates.takeFiles(await desktop.chooseFiles()),
    'certificates.unlock': ({ batch, item, password }) => certificates.unlock(batch, item, password),
    'certificates.cancelImport': ({ batch }) => done(certificates.cancel(batch)),
    'certificates.import': ({ batch, choices }) => certificates.import(batch, choices),
    'certificates.undoImport': ({ undo }) => done(certificates.undo(undo)),
    'certificates.list': () => certificates.list(),
    'certificates.view': ({ certificateId }) => certificates.view(certificateId),
    'certificates.viewOfStation': async ({ station }) => certificates.view(await certificates.idOfStation(station)),
    'certificates.setStatus': ({ certificateId, status }) => done(certificates.setStatus(certificateId, status)),
    'certificates.rotate': ({ station }) => done(certificates.rotations.begin(station)),
    'certificates.assign': ({ certificateId, station }) => done(certificates.assign(certificateId, station)),
    'certificates.forget': ({ certificateId }) => done(certificates.forget(certificateId)),
    'certificates.exportKit': async ({ certificateId }) => {
      const { name, bytes } = await certificates.kit(certificateId);
      const file = await desktop.chooseSaveFile(name);
      if (file !== null) await writeSecret(file, bytes);
      return { isSaved: file !== null };
    },
  };
}
