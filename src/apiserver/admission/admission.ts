import type { KubeObject } from '#apimachinery/object.ts';
import type { UserInfo } from '#apimachinery/request.ts';
import type { Resource } from '#apimachinery/resource.ts';
import type { Reader } from '../reader.ts';

/** One admission plugin. `admit` may change the object; `validate` may only refuse, by throwing a StatusError. */
export interface AdmissionPlugin {
  readonly name: string;
  readonly handles: readonly AdmissionOperation[];
  readonly admit?: (request: AdmissionRequest) => void | Promise<void>;
  readonly validate?: (request: AdmissionRequest) => void | Promise<void>;
}

export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

export interface AdmissionRequest {
  readonly operation: AdmissionOperation;
  readonly resource: Resource;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** The object to be stored, open to change; undefined for DELETE. For a subresource such as `binding`, that body. */
  readonly object: KubeObject | undefined;
  readonly oldObject: KubeObject | undefined;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  readonly reader: Reader;
  readonly nowMs: number;
  readonly warn: (message: string) => void;
  /** Takes what is to run once the write can be read, or has come to nothing; undefined where nothing is written. */
  readonly onSettled?: ((run: () => void) => void) | undefined;
}
