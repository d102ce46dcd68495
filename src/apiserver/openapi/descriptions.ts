import { brotliDecompressSync } from 'node:zlib';

/** The prose of the API: `type`, `type#field`, `?parameter`. */
export interface Descriptions {
  of(key: string): string | undefined;
}

let loaded: Promise<Descriptions> | undefined;

/** Unpacked on first call and kept; about 0.7 MB and 10 ms, which only who asks for OpenAPI should pay. */
export function loadDescriptions(): Promise<Descriptions> {
  loaded ??= read();
  return loaded;
}

async function read(): Promise<Descriptions> {
  const packed = await import('../../gen/descriptions.json', { with: { type: 'json' } });
  const text = brotliDecompressSync(Buffer.from(packed.default.brotli, 'base64')).toString();
  const texts = new Map(Object.entries(JSON.parse(text) as Record<string, string>));
  return { of: (key) => texts.get(key) };
}
