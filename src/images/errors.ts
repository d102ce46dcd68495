/** The file is not an image archive that could be read; the message says what is wrong with it. */
export class BadArchive extends Error {
  override name = 'BadArchive';
}

/** An image description (`image.json`) cannot be built; the message names the field and the remedy. */
export class BadImageDescription extends Error {
  override name = 'BadImageDescription';
}
