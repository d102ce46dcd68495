import type { FactField, Facts } from './facts.ts';

const APIEXTENSIONS = 'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1';
const META = 'k8s.io.apimachinery.pkg.apis.meta.v1';

/** Fields of JSONSchemaProps that are pointers in Go, so that absence differs from zero. */
const SCHEMA_POINTERS = new Set([
  ...['ref', 'default', 'maximum', 'minimum', 'maxLength', 'minLength', 'maxItems', 'minItems', 'multipleOf'],
  ...['maxProperties', 'minProperties', 'items', 'not', 'additionalProperties', 'additionalItems', 'externalDocs'],
  ...['example', 'xKubernetesPreserveUnknownFields', 'xKubernetesListType', 'xKubernetesMapType'],
]);

/** Where the facts' general rules miss what the Go types say (their JSON tags, checked by reflection over v0.36.0). */
export function corrected(facts: Facts): Facts {
  edit(facts, `${APIEXTENSIONS}.JSONSchemaProps`, (field, key) => {
    Object.assign(field, { optional: true, omitEmpty: true });
    if (SCHEMA_POINTERS.has(key)) field.pointer = true;
    if (key === 'schema' || key === 'ref') field.jsonName = `$${key}`;
    if (key.startsWith('xKubernetes')) {
      field.jsonName = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    }
  });
  edit(facts, `${APIEXTENSIONS}.ValidationRule`, (field, key) => {
    if (key !== 'rule') Object.assign(field, { optional: true, omitEmpty: true });
    if (key === 'reason' || key === 'optionalOldSelf') field.pointer = true;
  });
  edit(facts, `${APIEXTENSIONS}.ExternalDocumentation`, (field) => {
    Object.assign(field, { optional: true, omitEmpty: true });
  });
  for (const union of ['OrArray', 'OrBool', 'OrStringArray']) {
    edit(facts, `${APIEXTENSIONS}.JSONSchemaProps${union}`, (field, key) => {
      if (key === 'schema') field.pointer = true;
    });
  }
  edit(facts, 'k8s.io.api.storage.v1.VolumeAttachmentSource', (field) => delete field.inline);
  edit(facts, 'k8s.io.api.core.v1.List', (field, key) => {
    if (key === 'metadata') field.omitEmpty = true;
  });
  edit(facts, `${META}.ObjectMeta`, (field, key) => {
    if (key === 'creationTimestamp') field.omitZero = true;
  });
  return facts;
}

function edit(facts: Facts, type: string, change: (field: FactField, key: string) => void): void {
  const found = facts.types[type];
  if (!found) throw new Error(`the facts no longer have ${type}: drop its correction`);
  for (const [key, field] of Object.entries(found.fields)) change(field, key);
}
