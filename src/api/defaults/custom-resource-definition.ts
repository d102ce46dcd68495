import type { CustomResourceDefinition } from '#gen/apiextensions/v1.ts';

/** Source: apiextensions-apiserver pkg/apis/apiextensions/v1/defaults.go. */
export function defaultCustomResourceDefinition({ spec }: CustomResourceDefinition): void {
  if (!spec?.names) return;
  spec.names.singular ||= spec.names.kind.toLowerCase();
  spec.names.listKind ||= `${spec.names.kind}List`;
  spec.conversion ??= { strategy: 'None' };
  const service = spec.conversion.webhook?.clientConfig?.service;
  if (service) service.port ??= 443;
}
