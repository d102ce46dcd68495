/** What protobuf and JSON see differently, by type name; both directions of the codec ask here. */
const META = 'k8s.io.apimachinery.pkg.apis.meta.v1';
const APIEXTENSIONS = 'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1';

export type SpecialType =
  | 'quantity'
  | 'time'
  | 'microTime'
  | 'duration'
  | 'intOrString'
  | 'raw'
  | 'schemaOrArray'
  | 'schemaOrBool'
  | 'schemaOrStringArray';

const SPECIAL: Readonly<Record<string, SpecialType>> = {
  'k8s.io.apimachinery.pkg.api.resource.Quantity': 'quantity',
  [`${META}.Time`]: 'time',
  [`${META}.MicroTime`]: 'microTime',
  [`${META}.Duration`]: 'duration',
  [`${META}.FieldsV1`]: 'raw',
  'k8s.io.apimachinery.pkg.util.intstr.IntOrString': 'intOrString',
  'k8s.io.apimachinery.pkg.runtime.RawExtension': 'raw',
  [`${APIEXTENSIONS}.JSON`]: 'raw',
  [`${APIEXTENSIONS}.JSONSchemaPropsOrArray`]: 'schemaOrArray',
  [`${APIEXTENSIONS}.JSONSchemaPropsOrBool`]: 'schemaOrBool',
  [`${APIEXTENSIONS}.JSONSchemaPropsOrStringArray`]: 'schemaOrStringArray',
};

export const JSON_SCHEMA_PROPS = `${APIEXTENSIONS}.JSONSchemaProps`;

export const specialType = (type: string): SpecialType | undefined => SPECIAL[type];

export const mapValueType = (type: string): string | undefined => /^map<string,(.+)>$/.exec(type)?.[1];
