/** What is known of an error beside its message. */
export interface ErrorDetails {
  code?: string | undefined;
  status?: number | undefined;
  field?: string | undefined;
  expected?: string | undefined;
  requestId?: string | undefined;
  retryAfter?: number | undefined;
  cause?: unknown;
}

/** Every error of this client. */
export class PIVOTError extends Error {
  /** The server's error code, such as `VALIDATION_ERROR`, or one of this client: `CONNECTION_FAILED`, `SESSION_FAILED`, `SESSION_STOPPED`, `TIMEOUT`, `DIGEST_MISMATCH`, `WEBHOOK_INVALID`. */
  readonly code: string | undefined;
  /** The HTTP status; undefined where the server did not answer. */
  readonly status: number | undefined;
  /** The request's field that is at fault, if one is. */
  readonly field: string | undefined;
  /** What was expected of that field. */
  readonly expected: string | undefined;
  /** The id under which the server recorded the request. */
  readonly requestId: string | undefined;
  /** After how many seconds it is worth trying again, where the server says so. */
  readonly retryAfter: number | undefined;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'PIVOTError';
    this.code = details.code;
    this.status = details.status;
    this.field = details.field;
    this.expected = details.expected;
    this.requestId = details.requestId;
    this.retryAfter = details.retryAfter;
  }
}

/** The error that stands for an answer which is no success. */
export async function errorOf(response: Response): Promise<PIVOTError> {
  const document = await response.json().catch(() => null);
  const error = (typeof document?.error === 'object' && document.error) || document || {};
  const retryAfter = response.headers.get('Retry-After')?.trim();
  return new PIVOTError(String(error.message ?? error.detail ?? error.title ?? `The server answered ${response.status}.`), {
    code: error.code,
    status: response.status,
    field: error.details?.field,
    expected: error.details?.expected,
    requestId: response.headers.get('X-Request-ID') ?? undefined,
    retryAfter: retryAfter && /^\d+$/.test(retryAfter) ? Number(retryAfter) : undefined,
  });
}
