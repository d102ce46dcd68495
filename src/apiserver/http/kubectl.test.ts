import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#base/wait.ts';
import { kubectl } from './testing/kubectl.ts';
import { smallHandler } from './testing/small-handler.ts';
import { testServer } from './testing/test-server.ts';

describe('real kubectl over HTTP/2 with a client certificate', () => {
  let cluster: Awaited<ReturnType<typeof testServer>>;
  const run = (...args: string[]) => kubectl(args, { kubeconfig: cluster.kubeconfig }).done;
  beforeAll(async () => {
    cluster = await testServer(smallHandler());
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  it('creates, gets, and is refused a second time', async () => {
    const created = await run('create', 'configmap', 'one', '--from-literal=a=b', '--validate=false');
    expect(created).toEqual({ code: 0, stdout: 'configmap/one created\n', stderr: '' });
    const again = await run('create', 'configmap', 'one', '--from-literal=a=b');
    expect(again.stderr).toContain('configmaps "one" already exists');
    const table = await run('get', 'cm');
    expect(table.stdout).toMatch(/^NAME +DATA +AGE\none +1 +/);
    const yaml = await run('get', 'cm', 'one', '-o', 'jsonpath={.data.a}');
    expect(yaml.stdout).toBe('b');
  });

  it('names what is not there', async () => {
    const missing = await run('get', 'cm', 'nothing');
    expect(missing.stderr).toBe('Error from server (NotFound): configmaps "nothing" not found\n');
    const unknown = await run('get', 'widgets');
    expect(unknown.stderr).toContain('the server doesn\'t have a resource type "widgets"');
  });

  it('watches', async () => {
    const watching = kubectl(['get', 'secrets', '-w', '--no-headers'], { kubeconfig: cluster.kubeconfig });
    const created = async () => {
      await run('create', 'secret', 'generic', `s${Date.now()}`, '--from-literal=k=v');
      return /s\d+ +1 +/.test(watching.output());
    };
    expect(await eventually(created)).toBe(true);
    watching.stop();
    await watching.done;
  });

  it('agrees on the version, and lists all resources', async () => {
    const version = await run('version');
    expect(version.stdout).toMatch(/Server Version: v1\.36\.\d+\+timonel/);
    expect(version.stderr).toBe('');
    const listed = await run('api-resources', '--no-headers');
    expect(listed.stdout).toMatch(/^deployments +deploy +apps\/v1 +true +Deployment$/m);
    expect(listed.stderr).toBe('');
  });
});
