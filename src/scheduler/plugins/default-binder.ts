import { pods } from '#api/core/v1/pod.ts';
import type { Binding } from '#gen/core/v1.ts';
import { type PluginFactory, success } from '../framework.ts';

/** Writes the decision through `pods/binding`. */
export const defaultBinder: PluginFactory = ({ client, signal }) => ({
  name: 'DefaultBinder',
  async bind(_, pod, nodeName) {
    const { namespace = '', name, uid } = pod.metadata;
    const binding = { metadata: { name, namespace, uid }, target: { kind: 'Node', name: nodeName } };
    const target = { namespace, name, subresource: 'binding' };
    await client.createSubresource<Binding>(pods, target, binding, { signal });
    return success;
  },
});
