import type { CApi, Pointer } from './c-api.ts';

/** Names of `TF_Code` by number. Source: tensorflow/core/protobuf/error_codes.proto. */
const CODES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

/** TensorFlow refused or failed; `code` is its own, such as `RESOURCE_EXHAUSTED` when memory is short. */
export class TensorFlowError extends Error {
  override readonly name = 'TensorFlowError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The one `TF_Status` that every call writes to: TensorFlow's calls come one after another. */
export class Status {
  readonly pointer: Pointer;
  readonly #api: CApi;

  constructor(api: CApi) {
    this.#api = api;
    this.pointer = api.TF_NewStatus();
  }

  /**
   * @param doing says what was tried; only called when it failed.
   * @throws TensorFlowError with TensorFlow's own message when the last call failed.
   */
  check(doing: () => string): void {
    const code = this.#api.TF_GetCode(this.pointer);
    if (code === 0) return;
    const name = CODES[code] ?? `code ${code}`;
    const message = this.#api.TF_Message(this.pointer);
    throw new TensorFlowError(name, `TensorFlow could not ${doing()}: ${message} (${name})`);
  }
}
