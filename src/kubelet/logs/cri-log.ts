/** One line of a CRI log: `TIME stdout|stderr F|P content`. */
export interface LogLine {
  /** RFC 3339 with nanoseconds, as the runtime wrote it. */
  readonly time: string;
  readonly stream: 'stdout' | 'stderr';
  /** With its line feed, unless it is part of a longer line. */
  readonly content: Buffer;
}

/** Reads one line without its line feed; undefined for what is none. */
export function parseLogLine(line: Buffer): LogLine | undefined {
  const first = line.indexOf(0x20);
  const second = line.indexOf(0x20, first + 1);
  const third = line.indexOf(0x20, second + 1);
  if (first < 0 || second < 0 || third < 0) return undefined;
  const stream = line.subarray(first + 1, second).toString();
  if (stream !== 'stdout' && stream !== 'stderr') return undefined;
  const isPartial =
    line
      .subarray(second + 1, third)
      .toString()
      .split(':')[0] === 'P';
  const content = line.subarray(third + 1);
  return {
    time: line.subarray(0, first).toString(),
    stream,
    content: isPartial ? content : Buffer.concat([content, NEWLINE]),
  };
}

const NEWLINE = Buffer.from('\n');
