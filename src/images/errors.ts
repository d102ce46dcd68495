/** The file is not an image archive that could be read; the message says what is wrong with it. */
export class BadArchive extends Error {
  override name = 'BadArchive';
}

/** A program or library that an image needs is not on this machine; the message names it. */
export class MissingProgram extends Error {
  override name = 'MissingProgram';
}
