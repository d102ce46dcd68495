import type { KubeObject } from '#apimachinery/object.ts';
import { type Column, humanAge } from '#apimachinery/resource.ts';

/** For kinds whose `Age` stands elsewhere than behind the last column of priority 0. */
export const ageColumn: Column<KubeObject> = {
  name: 'Age',
  type: 'string',
  of: (object, nowMs) => humanAge(object.metadata.creationTimestamp, nowMs),
};

/** The one column besides the name of kinds that upstream prints with its default table: a date that clients format. */
export const createdAtColumn: Column<KubeObject> = {
  name: 'Created At',
  type: 'date',
  of: (object) => object.metadata.creationTimestamp,
};

export const nameColumn: Column<KubeObject> = {
  name: 'Name',
  type: 'string',
  format: 'name',
  of: (object) => object.metadata.name,
};
