import { configMaps } from '#api/core/v1/config-map.ts';
import { defineStrategy } from '../../strategy.ts';
import { decodedBytes, MAX_BYTES, plainBytes, validateFrozen, validateKeys } from './stored-data.ts';

export const configMapStrategy = defineStrategy(configMaps, {
  validate({ data, binaryData }, at) {
    const errors = [...validateKeys(data, at.child('data')), ...validateKeys(binaryData, at.child('binaryData'))];
    for (const key of Object.keys(data ?? {})) {
      if (binaryData?.[key] !== undefined) {
        errors.push(at.child('data').key(key).invalid(key, 'duplicate of key present in binaryData'));
      }
    }
    if (plainBytes(data) + decodedBytes(binaryData) > MAX_BYTES) errors.push(at.tooLong(MAX_BYTES));
    return errors;
  },
  validateUpdate: validateFrozen,
});
