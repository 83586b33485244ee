export { provideDevCertificates, type DevCertificates } from './dev-authority.js';
export { certificatePaths, readCertificate, writeCertificate, type CertificatePaths } from './files.js';
export {
  makeAuthority,
  makeSelfSigned,
  openAuthority,
  type Authority,
  type CertificateContent,
  type MadeCertificate,
} from './maker.js';
