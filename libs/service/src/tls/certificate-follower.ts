import type { Telemetry } from '@plenary/telemetry';
import type { Clock } from '../clock.js';
import { type Certificates, type CertificatesOptions, openCertificates } from './certificates.js';
import type { CertificateFiles } from './pem-files.js';

/** What a certificate is for: shown to the outside, or to the other services. The label of its metrics. */
export type CertificateName = 'public' | 'internal';

/** Opens the certificates of one service and tells of them: when they end, when they were renewed, what is wrong with renewed files. */
export interface CertificateFollower {
  /** As `openCertificates`; each name once. `settings`: names of the settings that hold the paths. */
  open(name: CertificateName, files: CertificateFiles, settings: CertificatesOptions['settings']): Certificates;
}

/** Makes its metrics: one for each telemetry. */
export function certificateFollower(telemetry: Telemetry, clock: Clock): CertificateFollower {
  const logger = telemetry.logger('service:tls');
  const opened = new Map<CertificateName, Certificates>();
  const faults = telemetry.metrics.counter('chat_tls_cert_faults_total');
  telemetry.metrics.gauge('chat_tls_cert_expiry_seconds', () =>
    [...opened].map(([name, { expiresAtMs }]) => ({
      value: (expiresAtMs - clock.nowMs()) / 1_000,
      labels: { name },
    })),
  );
  return {
    open(name, files, settings) {
      if (opened.has(name)) throw new TypeError(`the ${name} certificate is open already`);
      const certificates = openCertificates(files, {
        settings,
        clock,
        onChange(expiresAtMs) {
          telemetry.audit('certificate.renewed', { reason: name });
          logger.info({ certificate: name, ends_at: new Date(expiresAtMs).toISOString() }, 'a certificate was renewed');
        },
        onFault(error) {
          faults.add(1, { name });
          logger.error(
            { certificate: name, err: error },
            'renewed certificate files cannot be used; the old ones stay',
          );
        },
      });
      opened.set(name, certificates);
      return certificates;
    },
  };
}
