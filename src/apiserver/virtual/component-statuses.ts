import { componentStatuses } from '#api/core/v1/component-status.ts';
import type { KubeObject } from '#apimachinery/object.ts';
import { methodNotSupported, notFound } from '#apimachinery/status.ts';
import type { ComponentStatus } from '#gen/core/v1.ts';
import { selectionOf } from '../registry/engine/selection.ts';
import type { VirtualResource } from './virtual-resource.ts';

/** What a component of the control plane says of itself. */
export interface ComponentHealth {
  /** `scheduler`, `controller-manager`, `etcd-0` */
  readonly name: string;
  /** Undefined: healthy. */
  readonly error?: string | undefined;
}

export const componentHealth = (probe: () => readonly ComponentHealth[]): VirtualResource => ({
  resource: componentStatuses,
  async serve({ request, resource }) {
    const all = probe().map(asObject);
    if (request.verb === 'get') {
      const object = all.find(({ metadata }) => metadata.name === request.name);
      if (!object) throw notFound(resource, request.name);
      return { kind: 'object', code: 200, object };
    }
    if (request.verb !== 'list') throw methodNotSupported(resource, request.verb);
    const items = all.filter(selectionOf(resource, request.options).matches);
    return { kind: 'list', resource, items, resourceVersion: '' };
  },
});

function asObject({ name, error }: ComponentHealth): KubeObject {
  const condition = error
    ? { type: 'Healthy', status: 'False', message: error }
    : { type: 'Healthy', status: 'True', message: 'ok' };
  const status: Pick<ComponentStatus, 'conditions'> = { conditions: [condition] };
  return { kind: 'ComponentStatus', apiVersion: 'v1', metadata: { name } as KubeObject['metadata'], ...status };
}
