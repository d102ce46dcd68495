/**
 * The pause program, assembled byte by byte so that no compiler is needed: a static ELF of a few hundred bytes that
 * blocks SIGINT and SIGTERM, lets the kernel reap its children (SIGCHLD ignored), waits in rt_sigtimedwait and exits 0
 * on the first signal. Blocking instead of handling makes it work as PID 1, where default actions do not apply.
 * Source: ELF-64 object file format; linux arch/{x86/entry/syscalls/syscall_64.tbl,arm64} and signal(7).
 */
export type Architecture = 'amd64' | 'arm64';

const BASE = 0x400000;
const HEADERS_BYTES = 64 + 56;
const SIGINT = 2;
const SIGTERM = 15;
const SIGCHLD = 17;
const SIG_BLOCK = 0;
const SIGSET_BYTES = 8;
/** `struct sigaction` of the kernel: handler, flags, restorer, mask. */
const SIGACTION_BYTES = 32;

/** The pause program for an architecture, ready to be marked executable. */
export function pauseElf(architecture: Architecture): Buffer {
  const emit = architecture === 'amd64' ? amd64Code : arm64Code;
  const codeBytes = emit({ set: 0, action: 0 }).length;
  const data = BASE + align8(HEADERS_BYTES + codeBytes);
  const code = emit({ set: data, action: data + SIGSET_BYTES });
  const file = Buffer.alloc(align8(HEADERS_BYTES + codeBytes) + SIGSET_BYTES + SIGACTION_BYTES);
  writeHeaders(file, architecture === 'amd64' ? 62 : 183);
  code.copy(file, HEADERS_BYTES);
  file.writeBigUInt64LE((1n << BigInt(SIGINT - 1)) | (1n << BigInt(SIGTERM - 1)), data - BASE);
  file.writeBigUInt64LE(1n, data - BASE + SIGSET_BYTES); // sa_handler = SIG_IGN
  return file;
}

interface DataAddresses {
  readonly set: number;
  readonly action: number;
}

const align8 = (bytes: number) => (bytes + 7) & ~7;

function writeHeaders(file: Buffer, machine: number): void {
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]); // magic, 64 bit, little endian, version
  file.writeUInt16LE(2, 16); // ET_EXEC
  file.writeUInt16LE(machine, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(BASE + HEADERS_BYTES), 24); // entry
  file.writeBigUInt64LE(64n, 32); // program headers
  file.writeUInt16LE(64, 52);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(1, 56);
  file.writeUInt32LE(1, 64); // PT_LOAD
  file.writeUInt32LE(5, 68); // read, execute
  file.writeBigUInt64LE(BigInt(BASE), 80);
  file.writeBigUInt64LE(BigInt(BASE), 88);
  file.writeBigUInt64LE(BigInt(file.length), 96);
  file.writeBigUInt64LE(BigInt(file.length), 104);
  file.writeBigUInt64LE(0x1000n, 112);
}

function amd64Code({ set, action }: DataAddresses): Buffer {
  const imm = (opcode: readonly number[], value: number) => {
    const bytes = Buffer.alloc(opcode.length + 4);
    bytes.set(opcode);
    bytes.writeUInt32LE(value, opcode.length);
    return bytes;
  };
  const syscall = (number: number, args: readonly [number, number, number, number]) =>
    Buffer.concat([
      imm([0xbf], args[0]), // edi
      imm([0xbe], args[1]), // esi
      imm([0xba], args[2]), // edx
      imm([0x41, 0xba], args[3]), // r10d
      imm([0xb8], number), // eax
      Buffer.of(0x0f, 0x05),
    ]);
  const wait = Buffer.concat([syscall(128, [set, 0, 0, SIGSET_BYTES]), Buffer.of(0x85, 0xc0)]); // test eax, eax
  return Buffer.concat([
    syscall(14, [SIG_BLOCK, set, 0, SIGSET_BYTES]), // rt_sigprocmask
    syscall(13, [SIGCHLD, action, 0, SIGSET_BYTES]), // rt_sigaction
    wait, // rt_sigtimedwait
    Buffer.of(0x78, 0x100 - (wait.length + 2)), // js: interrupted, wait again
    syscall(231, [0, 0, 0, 0]), // exit_group
  ]);
}

function arm64Code({ set, action }: DataAddresses): Buffer {
  const words: number[] = [];
  const load = (register: number, value: number) => {
    words.push((0xd2800000 | ((value & 0xffff) << 5) | register) >>> 0); // movz
    words.push((0xf2a00000 | ((value >>> 16) << 5) | register) >>> 0); // movk, lsl 16
  };
  const syscall = (number: number, args: readonly [number, number, number, number]) => {
    args.forEach((value, register) => load(register, value));
    load(8, number);
    words.push(0xd4000001); // svc 0
  };
  syscall(135, [SIG_BLOCK, set, 0, SIGSET_BYTES]); // rt_sigprocmask
  syscall(134, [SIGCHLD, action, 0, SIGSET_BYTES]); // rt_sigaction
  const wait = words.length;
  syscall(137, [set, 0, 0, SIGSET_BYTES]); // rt_sigtimedwait
  const back = (wait - words.length) & 0x3fff;
  words.push((0xb7f80000 | (back << 5)) >>> 0); // tbnz x0, 63: interrupted, wait again
  syscall(94, [0, 0, 0, 0]); // exit_group
  const code = Buffer.alloc(words.length * 4);
  words.forEach((word, index) => code.writeUInt32LE(word, index * 4));
  return code;
}
