import { isAlreadyExists } from '#apimachinery/status.ts';
import type { Client } from '#client/client.ts';
import type { AddonContext } from './addon.ts';
import { dnsAccount, dnsBinding, dnsRole, dnsService } from './dns.ts';
import { localPath } from './storage-class.ts';

/** What every cluster has from the start, in this order. */
const addons = [localPath, dnsService, dnsAccount, dnsRole, dnsBinding];

/** Makes the addons that are absent. */
export async function ensureAddons({ client, ...context }: AddonContext & { client: Client }): Promise<void> {
  for (const { resource, object } of addons) {
    await client.create(resource, object(context)).catch((error: unknown) => {
      if (!isAlreadyExists(error)) throw error;
    });
  }
}
