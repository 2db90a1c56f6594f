import { AppError } from '#shared/errors.ts';

/** One part of a form: its name, and where it stands in the body. */
export type FormPart = {
  name: string;
  /** Null for plain fields. */
  filename: string | null;
  /** Where the line of dashes before it begins. */
  from: number;
  /** The content, without the line break that belongs to the next line of dashes. */
  start: number;
  end: number;
};

export type Form = { bytes: Buffer; boundary: string; parts: FormPart[]; closing: number };

const MOST_PARTS = 1_000;
const MOST_HEADER_BYTES = 8 * 1024;
const CRLF = '\r\n';
const HEADERS_END = '\r\n\r\n';
const DASH = 0x2d;

/**
 * Reads a form of `multipart/form-data` (RFC 7578) without copying it. Strict on purpose: where two
 * readers could see different forms in the same bytes, a request might be let in as one model and
 * served as another, so whatever is not plain is refused.
 * @throws AppError unsupported_media_type for another kind of body, bad_request for a malformed one.
 */
export function parseForm(bytes: Buffer, contentType: string | undefined): Form {
  const boundary = boundaryOf(contentType);
  const dashes = delimitersIn(bytes, boundary);
  const closing = dashes.pop();
  if (closing === undefined) throw malformed('It has no boundary line.');
  if (!isClosing(bytes, closing, boundary)) throw malformed('Its closing boundary is missing.');
  if (dashes.length > MOST_PARTS) throw malformed(`It has more than ${MOST_PARTS} parts.`);
  const parts = dashes.map((from, index) =>
    readPart(bytes, from, dashes[index + 1] ?? closing, boundary),
  );
  return { bytes, boundary, parts, closing };
}

/** The text of a plain field, null when there is none. @throws AppError bad_request for two, or a file. */
export function field({ bytes, parts }: Form, name: string, mostBytes = 1_000): string | null {
  const [found, another] = parts.filter((part) => part.name === name);
  if (!found) return null;
  const refuse = (why: string) => new AppError('bad_request', `${name}: ${why}`, { param: name });
  if (another) throw refuse('sent more than once.');
  if (found.filename !== null) throw refuse('send it as a plain field, not as a file.');
  if (found.end - found.start > mostBytes) throw refuse(`longer than ${mostBytes} bytes.`);
  return bytes.toString('utf8', found.start, found.end);
}

/** The form with one field's text replaced and some fields taken out; every other byte as it came. */
export function rewriteForm(
  { bytes, parts, closing }: Form,
  { replace, value, without }: { replace: string; value: string; without: ReadonlySet<string> },
): Buffer {
  const pieces: Buffer[] = [];
  // NOTE: the line break before dashes belongs to them; what comes first has none but its own.
  const line = (from: number) => (pieces.length > 0 || from === 0 ? from : dashesAt(bytes, from));
  parts.forEach(({ name, from, start, end }, index) => {
    if (without.has(name)) return;
    const head = line(from);
    const next = parts[index + 1]?.from ?? closing;
    if (name !== replace) pieces.push(bytes.subarray(head, next));
    else pieces.push(bytes.subarray(head, start), Buffer.from(value), bytes.subarray(end, next));
  });
  pieces.push(bytes.subarray(line(closing)));
  return Buffer.concat(pieces);
}

/** The content type that names a form's boundary, and nothing else that a reader might take for one. */
export function formType({ boundary }: Form): string {
  const quoted = /^[\w'+.-]+$/.test(boundary) ? boundary : `"${boundary}"`;
  return `multipart/form-data; boundary=${quoted}`;
}

function boundaryOf(contentType = ''): string {
  if (!/^multipart\/form-data\s*(;|$)/i.test(contentType)) {
    throw new AppError(
      'unsupported_media_type',
      'Send a form: content-type multipart/form-data, with the sound in the field "file".',
    );
  }
  const named = contentType.match(/boundary\s*=/gi) ?? [];
  const found = /;\s*boundary=(?:"([^"]*)"|([^\s;"]*))\s*(?:;|$)/i.exec(contentType);
  const boundary = found?.[1] ?? found?.[2] ?? '';
  // The characters RFC 2046 (section 5.1.1) allows; a space may not be the last.
  const isPlain = /^[\w'()+,\-./:=? ]{0,69}[\w'()+,\-./:=?]$/.test(boundary);
  if (named.length !== 1 || !isPlain) throw malformed('Its content-type names no valid boundary.');
  return boundary;
}

/**
 * Where each boundary line begins, the line break before it included. @throws AppError bad_request
 * when the boundary stands anywhere else, or anything stands before the first or after the last.
 */
function delimitersIn(bytes: Buffer, boundary: string): number[] {
  const found: number[] = [];
  const line = Buffer.from(`--${boundary}`);
  for (let at = bytes.indexOf(line); at >= 0; at = bytes.indexOf(line, at + line.length)) {
    const from = startsLine(bytes, at) ? Math.max(0, at - 2) : -1;
    if (from < 0) throw malformed('Its boundary stands inside a part.');
    if (found.length === 0 && from !== 0)
      throw malformed('Something stands before its first part.');
    if (found.length > MOST_PARTS) throw malformed(`It has more than ${MOST_PARTS} parts.`);
    found.push(from);
  }
  return found;
}

function startsLine(bytes: Buffer, at: number): boolean {
  return at === 0 || bytes.toString('latin1', at - 2, at) === CRLF;
}

/** Behind the line break that a boundary line may begin with. */
function dashesAt(bytes: Buffer, from: number): number {
  return bytes[from] === DASH ? from : from + CRLF.length;
}

function isClosing(bytes: Buffer, from: number, boundary: string): boolean {
  const at = dashesAt(bytes, from) + 2 + boundary.length;
  const rest = bytes.length - at <= 4 ? bytes.toString('latin1', at) : '';
  return rest === '--' || rest === `--${CRLF}`;
}

function readPart(bytes: Buffer, from: number, to: number, boundary: string): FormPart {
  const lineEnd = dashesAt(bytes, from) + 2 + boundary.length;
  if (bytes.toString('latin1', lineEnd, lineEnd + 2) !== CRLF) {
    throw malformed('A boundary line has more on it than the boundary.');
  }
  const headersAt = lineEnd + 2;
  const window = bytes.toString('latin1', lineEnd, Math.min(to, lineEnd + MOST_HEADER_BYTES));
  const blank = window.indexOf(HEADERS_END);
  if (blank < 0) throw malformed('A part’s headers do not end, or are too long.');
  const start = lineEnd + blank + HEADERS_END.length;
  const headers = bytes.toString('utf8', headersAt, Math.max(headersAt, start - 4));
  return { ...readHeaders(headers), from, start, end: to };
}

const HEADER = /^([\w-]+):[ \t]*([^\r\n\0]*)$/;
const DISPOSITION =
  /^form-data; *name=(?:"([^"\\]*)"|([\w.\-[\]]+))(?:; *filename=("(?:[^"\\]|\\.)*"|[^\s";]+))?(?:; *filename\*=[^\s";]+)?$/i;
/** What fields of these requests are called; no reader sees another name in it. */
const NAME = /^[\w.\-[\]]{1,100}$/;

function readHeaders(text: string): Pick<FormPart, 'name' | 'filename'> {
  const dispositions: string[] = [];
  for (const line of text.split(CRLF)) {
    const [, header, value = ''] = HEADER.exec(line) ?? [];
    if (header === undefined) throw malformed('A part has a malformed header.');
    if (header.toLowerCase() === 'content-disposition') dispositions.push(value.trim());
  }
  const [only, another] = dispositions;
  const read = another === undefined ? readDisposition(only ?? '') : null;
  if (read) return read;
  throw malformed('Each part needs one content-disposition header with a plain name.');
}

function readDisposition(value: string): Pick<FormPart, 'name' | 'filename'> | null {
  const [whole, quoted, bare, filename] = DISPOSITION.exec(value) ?? [];
  const name = quoted ?? bare ?? '';
  if (whole === undefined || !NAME.test(name)) return null;
  const isFile = filename !== undefined || /filename\*/i.test(value);
  return { name, filename: isFile ? (filename ?? '') : null };
}

function malformed(why: string): AppError {
  return new AppError('bad_request', `The form is malformed. ${why}`, { param: 'body' });
}
