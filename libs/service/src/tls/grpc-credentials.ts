import { type ChannelCredentials, experimental, ServerCredentials } from '@grpc/grpc-js';
import type { Certificates } from './certificates.js';
import { dnsNamesOf, type InternalName } from './internal-names.js';

type CertificateProvider = Parameters<typeof experimental.createCertificateProviderChannelCredentials>[0];
type CaListener = Parameters<CertificateProvider['addCaCertificateListener']>[0];
type IdentityListener = Parameters<CertificateProvider['addIdentityCertificateListener']>[0];
type SecureContextWatcher = Parameters<ServerCredentials['_addWatcher']>[0];

/** Credentials of a server that takes only clients with a certificate of our authorities. Renewed files count for the next connection. */
export function serverCredentials(certificates: Certificates): ServerCredentials {
  return new FollowingCredentials(certificates);
}

/** Credentials of a client that shows its certificate and takes only a server named `expected`, wherever it is. */
export function channelCredentials(certificates: Certificates, expected: InternalName): ChannelCredentials {
  const provider = new Provider(certificates);
  return experimental.createCertificateProviderChannelCredentials(provider, provider, {
    checkServerIdentity: (_host, { subjectaltname }) =>
      dnsNamesOf(subjectaltname).includes(expected)
        ? undefined
        : new Error(`the certificate there is not that of ${expected}`),
  });
}

/** Tells the servers that use it of every renewal. */
class FollowingCredentials extends ServerCredentials {
  readonly #certificates: Certificates;
  #unsubscribe: (() => void) | undefined;

  constructor(certificates: Certificates) {
    super({ requestCert: true, rejectUnauthorized: true }, contextOf(certificates));
    this.#certificates = certificates;
  }

  override _addWatcher(watcher: SecureContextWatcher): void {
    // oxlint-disable-next-line no-underscore-dangle -- the library's name
    super._addWatcher(watcher);
    this.#unsubscribe ??= this.#certificates.onChange(() => {
      this.updateSecureContextOptions(contextOf(this.#certificates));
    });
  }

  override _removeWatcher(watcher: SecureContextWatcher): void {
    // oxlint-disable-next-line no-underscore-dangle -- the library's name
    super._removeWatcher(watcher);
    if (this.getWatcherCount() > 0) return;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}

function contextOf(certificates: Certificates) {
  const { cert, key, ca } = certificates.options();
  return { cert, key, ca, minVersion: 'TLSv1.2' as const };
}

/**
 * Certificates as the library takes them for channels. Its own provider reads files by itself, without checking them and
 * with nothing in use while one is faulty.
 */
class Provider implements CertificateProvider {
  readonly #certificates: Certificates;
  readonly #caListeners = new Set<CaListener>();
  readonly #identityListeners = new Set<IdentityListener>();
  #unsubscribe: (() => void) | undefined;

  constructor(certificates: Certificates) {
    this.#certificates = certificates;
  }

  addCaCertificateListener(listener: CaListener): void {
    this.#caListeners.add(listener);
    this.#follow();
    this.#tellCa(listener);
  }

  removeCaCertificateListener(listener: CaListener): void {
    this.#caListeners.delete(listener);
    this.#leave();
  }

  addIdentityCertificateListener(listener: IdentityListener): void {
    this.#identityListeners.add(listener);
    this.#follow();
    this.#tellIdentity(listener);
  }

  removeIdentityCertificateListener(listener: IdentityListener): void {
    this.#identityListeners.delete(listener);
    this.#leave();
  }

  #tellCa(listener: CaListener): void {
    const { ca } = this.#certificates.options();
    listener(ca === undefined ? null : { caCertificate: Buffer.from(ca) });
  }

  #tellIdentity(listener: IdentityListener): void {
    const { cert, key } = this.#certificates.options();
    listener({ certificate: Buffer.from(cert), privateKey: Buffer.from(key) });
  }

  #follow(): void {
    this.#unsubscribe ??= this.#certificates.onChange(() => {
      for (const listener of this.#identityListeners) this.#tellIdentity(listener);
      for (const listener of this.#caListeners) this.#tellCa(listener);
    });
  }

  #leave(): void {
    if (this.#caListeners.size + this.#identityListeners.size > 0) return;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }
}
