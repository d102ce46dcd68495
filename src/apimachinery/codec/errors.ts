/** A value of a body that Go's decoder would refuse; the message is Go's, without what was being decoded. */
export class DecodeError extends Error {
  override name = 'DecodeError';
}

/** A body that is no JSON, YAML or protobuf at all, so that not even its kind could be read. */
export class UnreadableBody extends Error {
  override name = 'UnreadableBody';
}
