import { type Creatable, copyOf, type KubeObject } from '#apimachinery/object.ts';
import type { Pod, PodTemplateSpec } from '#gen/core/v1.ts';
import type { OwnerReference } from '#gen/meta/v1.ts';

/** Longest prefix of generated names that leaves room for five random letters. */
const MAX_PREFIX = 58;

/** The pod that a controller makes of its template; the server completes the name. */
export function podFromTemplate(
  owner: KubeObject,
  template: PodTemplateSpec,
  reference: OwnerReference,
): Creatable<Pod> {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    metadata: {
      namespace: owner.metadata.namespace,
      generateName: `${owner.metadata.name.slice(0, MAX_PREFIX - 1)}-`,
      ...(labels && { labels: { ...labels } }),
      ...(annotations && { annotations: { ...annotations } }),
      ...(finalizers && { finalizers: [...finalizers] }),
      ownerReferences: [reference],
    },
    spec: copyOf(template.spec),
  };
}
