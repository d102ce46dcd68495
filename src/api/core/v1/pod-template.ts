import { defineResource } from '#apimachinery/resource.ts';
import type { PodTemplate } from '#gen/core/v1.ts';
import { nameColumn } from '../../columns/age.ts';
import { containerImages, containerNames } from '../../columns/containers.ts';
import { withExactColumns } from '../../columns/exact.ts';
import { labelsCell } from '../../columns/selectors.ts';
import { defaultPodTemplate } from '../../defaults/pod.ts';

export const podTemplates = withExactColumns(
  defineResource<PodTemplate>({
    group: '',
    version: 'v1',
    kind: 'PodTemplate',
    plural: 'podtemplates',
    scope: 'Namespaced',
    defaults: ({ template }) => defaultPodTemplate(template),
  }),
  [
    nameColumn,
    { name: 'Containers', type: 'string', of: ({ template }) => containerNames(template) },
    { name: 'Images', type: 'string', of: ({ template }) => containerImages(template) },
    { name: 'Pod Labels', type: 'string', of: ({ template }) => labelsCell(template?.metadata?.labels) },
  ],
);
