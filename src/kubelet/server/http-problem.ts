/** What the client gets instead of its answer. */
export class HttpProblem extends Error {
  override name = 'HttpProblem';
  readonly code: 400 | 401 | 403 | 404 | 405;
  constructor(code: HttpProblem['code'], message: string) {
    super(message);
    this.code = code;
  }
}
