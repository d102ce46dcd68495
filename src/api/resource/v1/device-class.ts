import { defineResource } from '#apimachinery/resource.ts';
import type { DeviceClass } from '#gen/resource/v1.ts';

export const deviceClasses = defineResource<DeviceClass>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'DeviceClass',
  plural: 'deviceclasses',
  scope: 'Cluster',
});
