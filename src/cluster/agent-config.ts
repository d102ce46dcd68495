import { readFile, writeFile } from 'node:fs/promises';

/** A client or server certificate as files, so that a renewed one is found at the next start. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** All that an agent must know; the server writes it before it starts the agent. */
export interface AgentConfig {
  readonly nodeName: string;
  readonly nodeIP: string;
  /** `https://127.0.0.1:6443`: whose certificate is expected on `serverSocket`. */
  readonly server: string;
  readonly serverSocket: string;
  readonly caFile: string;
  readonly kubelet: CertificateFiles;
  readonly kubeletServing: CertificateFiles;
  readonly proxy: CertificateFiles;
  readonly dns: CertificateFiles;
  readonly containerdSocket: string;
  readonly cgroupRoot: string;
  /** Folder of the kubelet: pods, volumes, logs. */
  readonly rootDir: string;
  readonly kubeletSocket: string;
  readonly doorSocket: string;
  readonly resolverSocket: string;
  readonly clusterCIDR: string;
  readonly clusterDomain: string;
  readonly dnsAddress: string;
  /** Where pods of this node reach the API server: a relay to `serverSocket`. */
  readonly apiPort: number;
  readonly nodeLabels: Readonly<Record<string, string>>;
}

export async function readAgentConfig(file: string): Promise<AgentConfig> {
  return JSON.parse(await readFile(file, 'utf8')) as AgentConfig;
}

export async function writeAgentConfig(file: string, config: AgentConfig): Promise<void> {
  await writeFile(file, JSON.stringify(config, null, 2), { mode: 0o600 });
}
