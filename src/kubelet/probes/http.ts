import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface HttpQuestion {
  readonly scheme: 'HTTP' | 'HTTPS';
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

const MAX_BODY = 10 * 1024;
const MAX_REDIRECTS = 10;

/** Answers with the status code and the first 10 KiB; follows redirects on the same host. Certificates are not checked. @throws what went wrong, as Go words it. */
export async function httpGet(question: HttpQuestion, redirects = 0): Promise<{ statusCode: number; body: string }> {
  const response = await send(question);
  const { statusCode = 0, headers } = response;
  const body = await head(response);
  if (statusCode < 300 || statusCode >= 400 || !headers.location) return { statusCode, body };
  const target = new URL(headers.location, urlOf(question));
  if (target.hostname !== new URL(urlOf(question)).hostname) return { statusCode: 200, body };
  if (redirects >= MAX_REDIRECTS) throw new Error(`Get "${target.href}": stopped after 10 redirects`);
  const scheme = target.protocol === 'https:' ? 'HTTPS' : 'HTTP';
  const port = Number(target.port) || (scheme === 'HTTPS' ? 443 : 80);
  return httpGet({ ...question, scheme, port, path: target.pathname + target.search }, redirects + 1);
}

export function urlOf({ scheme, host, port, path }: Pick<HttpQuestion, 'scheme' | 'host' | 'port' | 'path'>): string {
  const at = host.includes(':') ? `[${host}]` : host;
  return `${scheme.toLowerCase()}://${at}:${port}${path.startsWith('/') ? path : `/${path}`}`;
}

function send(question: HttpQuestion): Promise<IncomingMessage> {
  const url = urlOf(question);
  const open = question.scheme === 'HTTPS' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = open(url, {
      agent: false,
      rejectUnauthorized: false,
      headers: { 'User-Agent': 'kube-probe/1.36', Accept: '*/*', Connection: 'close', ...question.headers },
      signal: AbortSignal.timeout(question.timeoutMs),
    });
    request.on('response', resolve);
    request.on('error', (error: NodeJS.ErrnoException) =>
      reject(new Error(`Get "${url}": ${reasonOf(error, question)}`)),
    );
    request.end();
  });
}

export function reasonOf(error: NodeJS.ErrnoException, { host, port }: { host: string; port: number }): string {
  const dial = `dial tcp ${host.includes(':') ? `[${host}]` : host}:${port}`;
  if (error.name === 'AbortError' || error.name === 'TimeoutError')
    return 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';
  if (error.code === 'ECONNREFUSED') return `${dial}: connect: connection refused`;
  if (error.code === 'EHOSTUNREACH') return `${dial}: connect: no route to host`;
  if (error.code === 'ECONNRESET') return 'EOF';
  return `${dial}: ${error.message}`;
}

async function head(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= MAX_BODY) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_BODY).toString();
}
