export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
export const STORAGE_PROVISIONER = 'volume.kubernetes.io/storage-provisioner';
export const BETA_STORAGE_PROVISIONER = 'volume.beta.kubernetes.io/storage-provisioner';
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
/** Our own provisioner's name. */
export const LOCAL_PATH = 'timonel.io/local-path';
/** Held by a volume until its node has removed the directory. */
export const LOCAL_PATH_CLEANUP = 'timonel.io/local-path-cleanup';
