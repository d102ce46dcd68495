import { applyConfiguration, type FieldWrite, trackUpdate } from '#apimachinery/apply/field-manager.ts';
import { apiVersionOf } from '#apimachinery/resource.ts';
import { hasSchema, schemaOf } from '#apimachinery/schema-table.ts';
import { hasStatus } from './before-create.ts';
import type { FieldManagement, Writing } from './field-management.ts';

/** Ownership of fields for every kind that has a schema. */
export const schemaFields: FieldManagement = {
  update(live, next, writing) {
    if (!hasSchema(writing.resource.type)) return next;
    const managedFields = trackUpdate(live, next, fieldWrite(writing));
    if (managedFields.length > 0) next.metadata.managedFields = managedFields;
    else delete next.metadata.managedFields;
    return next;
  },
  apply(live, config, { force, ...writing }) {
    const { object, managedFields } = applyConfiguration(live, config, { ...fieldWrite(writing), force });
    return { ...object, metadata: { ...object.metadata, managedFields } };
  },
};

function fieldWrite({ resource, manager, subresource, time }: Writing): FieldWrite {
  const resets = subresource === 'status' ? ['spec'] : hasStatus(resource) ? ['status'] : [];
  return { manager, apiVersion: apiVersionOf(resource), subresource, time, schema: schemaOf(resource.type), resets };
}
