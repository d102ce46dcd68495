import { expect, it } from 'vitest';
import { configMaps } from '#api/core/v1/config-map.ts';
import { testServer } from '../../testing.ts';

it('creates by apply, owns what it sets, and is told who else does', async () => {
  await using test = await testServer();
  const apply = (fieldManager: string, value: string) =>
    test.send({
      verb: 'patch',
      resource: configMaps,
      name: 'c',
      options: { fieldManager },
      body: {
        patchType: 'application/apply-patch+yaml',
        patch: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: value } },
      },
    });
  const created = await apply('one', '1');
  expect(created).toMatchObject({ code: 201, object: { data: { a: '1' } } });
  expect(await apply('one', '1')).toMatchObject({ code: 200, object: { metadata: { resourceVersion: '1' } } });
  await expect(apply('two', '2')).rejects.toMatchObject({ status: { code: 409, reason: 'Conflict' } });
  expect(await apply('one', '2')).toMatchObject({ code: 200, object: { data: { a: '2' } } });
});
