import { isDeepStrictEqual } from 'node:util';
import { controllerRevisions } from '#api/apps/v1/controller-revision.ts';
import { defineStrategy } from '../../strategy.ts';
import { IMMUTABLE, notNegative } from '../validation/fields.ts';

/** Source: pkg/apis/apps/validation, ValidateControllerRevision. */
export const controllerRevisionStrategy = defineStrategy(controllerRevisions, {
  validate: ({ data, revision }, at) => [
    ...(data === undefined || data === null ? [at.child('data').required('data is mandatory')] : []),
    ...notNegative(revision, at.child('revision')),
  ],
  validateUpdate: (next, previous, at) =>
    isDeepStrictEqual(next.data, previous.data) ? [] : [at.child('data').invalid(next.data, IMMUTABLE)],
});
