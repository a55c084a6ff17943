/** @file Workers: the browser's private files (Origin Private File System) as a flat folder. */
import { m } from '$paraglide/messages';
import type { Disk } from './keep';

/** What workers have beyond the page's types: a file opened for synchronous writing. */
interface WorkerFileHandle extends FileSystemFileHandle {
  createSyncAccessHandle(): Promise<{
    truncate(size: number): void;
    write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
    flush(): void;
    close(): void;
  }>;
}

const missing = (error: unknown): boolean => error instanceof DOMException && error.name === 'NotFoundError';

/** Opens the folder of kept pictures; rejects in words where the browser has no private files or refuses them. */
export async function openDisk(): Promise<Disk> {
  // Not there in insecure contexts and older browsers, whatever the type says.
  const storage = navigator.storage as StorageManager | undefined;
  if (typeof storage?.getDirectory !== 'function') throw new Error(m.data_keep_absent());
  const root = await storage.getDirectory();
  const folder = await root.getDirectoryHandle('pictures', { create: true });
  return {
    async read(name) {
      try {
        const file = await (await folder.getFileHandle(name)).getFile();
        return new Uint8Array(await file.arrayBuffer());
      } catch (error) {
        if (missing(error)) return null;
        throw error;
      }
    },
    async write(name, parts) {
      const file = (await folder.getFileHandle(name, { create: true })) as WorkerFileHandle;
      const access = await file.createSyncAccessHandle();
      try {
        access.truncate(0);
        let at = 0;
        for (const part of parts) at += access.write(new Uint8Array(part), { at });
        access.flush();
      } finally {
        access.close();
      }
    },
    async remove(name) {
      try {
        await folder.removeEntry(name);
      } catch (error) {
        if (!missing(error)) throw error;
      }
    }
  };
}
