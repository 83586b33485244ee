import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Authority, type CertificateContent, makeAuthority, writeCertificate } from '@plenary/dev';
import {
  type InternalIdentity,
  type InternalIdentityOptions,
  type InternalName,
  type InternalTlsValues,
  openInternalIdentity,
} from '@plenary/service';

/** An internal authority with the files of everybody it certifies, in a folder of its own. */
export class Inside {
  readonly folder = mkdtempSync(join(tmpdir(), 'plenary-inside-'));
  readonly #opened: InternalIdentity[] = [];

  private constructor(readonly authority: Authority) {
    writeCertificate(this.folder, 'authority', authority);
  }

  static async make(): Promise<Inside> {
    return new Inside(await makeAuthority('Inside'));
  }

  /** Issues a certificate for `name` and writes it; the settings that name the files. */
  async settings(name: string, content: CertificateContent = { dns: [name] }): Promise<InternalTlsValues> {
    const paths = writeCertificate(this.folder, name, await this.authority.issue(content));
    return {
      PLENARY_INTERNAL_TLS_CERTIFICATE: paths.certificate,
      PLENARY_INTERNAL_TLS_KEY: paths.key,
      PLENARY_INTERNAL_TLS_AUTHORITIES: join(this.folder, 'authority.pem'),
      PLENARY_INTERNAL_PLAINTEXT: false,
    };
  }

  async identity(name: InternalName, options: Partial<InternalIdentityOptions> = {}): Promise<InternalIdentity> {
    const opened = openInternalIdentity(await this.settings(name), { name, addresses: {}, ...options });
    if (opened === undefined) throw new Error('the settings name no identity');
    this.#opened.push(opened);
    return opened;
  }

  remove(): void {
    for (const identity of this.#opened) identity.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
