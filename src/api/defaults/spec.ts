/** The spec to fill in; where none was sent it begins empty, as a Go struct would. */
export function specOf<S extends object>(object: { spec?: S | undefined }): S {
  object.spec ??= {} as S;
  return object.spec;
}
