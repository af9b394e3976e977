/** Makes the certificate of a template from a request, registers the device's own, or takes one that is registered. */
import { registerCertificate } from '../certificate-registration.ts';
import { certificateOf, createCertificateFromCsr, updateCertificate } from '../certificates.ts';
import { readCertificate } from '../foreign-certificates.ts';
import type { Account, Certificate } from '../registry.ts';
import type { CertificatePlan } from './device-plan.ts';
import { resourceConflict } from './registration-errors.ts';

/** Throws AwsError. */
export function provisionCertificate(account: Account, plan: CertificatePlan): Certificate {
  const { source, status } = plan;
  switch (source.kind) {
    case 'request': {
      const request = { certificateSigningRequest: source.csrPem };
      const { certificateId } = createCertificateFromCsr(account, request, status === 'ACTIVE');
      return certificateOf(account.registry, certificateId);
    }
    case 'registered':
      return takeRegistered(account, plan, source.certificateId);
    case 'pem': {
      const { certificatePem, caCertificatePem } = source;
      const { certificateId } = readCertificate(certificatePem, 'CertificatePem');
      if (account.registry.certificates.has(certificateId)) return takeRegistered(account, plan, certificateId);
      const ca = caCertificatePem === undefined ? {} : { caCertificatePem };
      registerCertificate(account, { certificatePem, ...ca, status });
      return certificateOf(account.registry, certificateId);
    }
  }
}

/** Without a setting the status becomes that of the template: it is how a device that waits is let in. */
function takeRegistered(account: Account, plan: CertificatePlan, id: string): Certificate {
  const certificate = certificateOf(account.registry, id);
  const { certificateId } = certificate;
  const { status, statusOverride = 'REPLACE' } = plan;
  if (statusOverride === 'DO_NOTHING' || certificate.status === status) return certificate;
  if (statusOverride === 'FAIL') {
    throw resourceConflict(`Certificate ${certificateId} exists with the status ${certificate.status}`);
  }
  updateCertificate(account, certificateId, status);
  return certificate;
}
