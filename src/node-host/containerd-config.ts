/** Where one node's containerd keeps its things. */
export interface ContainerdPaths {
  /** Images and snapshots; survives a reboot. */
  readonly root: string;
  /** What lives only as long as the containers do. */
  readonly state: string;
  readonly socket: string;
  /** Folder of the CNI configuration. */
  readonly cniConfig: string;
  /** Folder of `<registry>/hosts.toml`. */
  readonly registries: string;
}

export interface ContainerdFeatures {
  readonly sandboxImage: string;
  /** `native` where the root lies on a file system that overlayfs cannot stack on. */
  readonly snapshotter: 'overlayfs' | 'native';
  /** Without CAP_SYS_RESOURCE nobody may lower oom_score_adj, and runc fails on trying. */
  readonly restrictOomScoreAdj: boolean;
  readonly hasAppArmor: boolean;
  /** Folder of the CNI plugins' programs. */
  readonly cniPlugins: string;
}

const UNUSED_PLUGINS = [
  'io.containerd.snapshotter.v1.btrfs',
  'io.containerd.snapshotter.v1.zfs',
  'io.containerd.snapshotter.v1.aufs',
  'io.containerd.snapshotter.v1.devmapper',
  'io.containerd.internal.v1.opt',
  'io.containerd.tracing.processor.v1.otlp',
  'io.containerd.internal.v1.tracing',
];

/** The text of containerd's config.toml; format version 2, which 1.6, 1.7 and 2.x read. */
export function containerdConfig(paths: ContainerdPaths, features: ContainerdFeatures): string {
  const quote = (text: string) => JSON.stringify(text);
  return `version = 2
root = ${quote(paths.root)}
state = ${quote(paths.state)}
disabled_plugins = ${JSON.stringify(UNUSED_PLUGINS)}
[grpc]
  address = ${quote(paths.socket)}
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = ${quote(features.sandboxImage)}
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  netns_mounts_under_state_dir = true
  enable_unprivileged_ports = true
  enable_unprivileged_icmp = true
  disable_apparmor = ${!features.hasAppArmor}
  restrict_oom_score_adj = ${features.restrictOomScoreAdj}
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = ${quote(features.snapshotter)}
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = ${quote(features.cniPlugins)}
    conf_dir = ${quote(paths.cniConfig)}
    max_conf_num = 1
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = ${quote(paths.registries)}
`;
}

/** A mirror for one registry host, or for `_default` (all that have none of their own). */
export interface RegistryMirror {
  readonly host: string;
  /** `http://127.0.0.1:5000` */
  readonly url: string;
}

/** The text of `<host>/hosts.toml`: the mirror, and nothing but the mirror. */
export function mirrorConfig({ url }: RegistryMirror): string {
  return `server = ${JSON.stringify(url)}\n[host.${JSON.stringify(url)}]\n  capabilities = ["pull", "resolve"]\n`;
}

/**
 * The pods' network on one node: routed point-to-point links (so that no bridge netfilter is needed) and host ports.
 * `ipamFolder` must be the node's own, else nodes on one machine share addresses.
 */
export function cniConfig(podCIDR: string, ipamFolder: string): string {
  const ipam = {
    type: 'host-local',
    dataDir: ipamFolder,
    ranges: [[{ subnet: podCIDR }]],
    routes: [{ dst: '0.0.0.0/0' }],
  };
  const plugins = [
    { type: 'ptp', ipMasq: false, ipam },
    { type: 'portmap', capabilities: { portMappings: true }, snat: true },
  ];
  return `${JSON.stringify({ cniVersion: '0.4.0', name: 'timonel', plugins }, null, 2)}\n`;
}
