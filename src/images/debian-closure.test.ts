import { describe, expect, it } from 'vitest';
import { debianClosure } from './debian-closure.ts';

const graph = `postgresql-15
  Depends: libc6
  Depends: libllvm14
 |Depends: debconf
  Depends: <debconf-2.0>
    cdebconf
    debconf
  PreDepends: <awk>
    mawk
    gawk
libc6
  Depends: libgcc-s1
libgcc-s1
  Depends: libc6
libllvm14
  Depends: libz3-4
libz3-4
debconf
mawk
<awk>
`;

describe('debianClosure', () => {
  it('follows dependencies, once each, also in circles', () => {
    expect(debianClosure(graph, ['libc6'], [])).toEqual(['libc6', 'libgcc-s1']);
  });
  it('takes the first alternative, and the first provider of a virtual package', () => {
    expect(debianClosure(graph, ['postgresql-15'], [])).toEqual([
      'debconf',
      'libc6',
      'libgcc-s1',
      'libllvm14',
      'libz3-4',
      'mawk',
      'postgresql-15',
    ]);
  });
  it('leaves out what is named, with what only that needed', () => {
    expect(debianClosure(graph, ['postgresql-15'], ['libllvm.*', 'debconf', 'mawk'])).toEqual([
      'libc6',
      'libgcc-s1',
      'postgresql-15',
    ]);
  });
});
