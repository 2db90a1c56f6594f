/** One answer of a procedure as a browser sees it. */
export type Answer = {
  status: number;
  headers: Headers;
  /** The procedure's output; undefined when it refused. */
  data: unknown;
  /** The formatted error; undefined when it did not refuse. */
  error: AnswerError | undefined;
  /** Everything that was sent, for looking for what must not be there. */
  text: string;
};

export type AnswerError = {
  message: string;
  data: {
    code: string;
    appCode: string;
    httpStatus: number;
    param: string | null;
    retryAfterMs: number | null;
    fieldErrors: { field: string; message: string }[];
    requestId: string | null;
  };
};

export type BrowserOptions = {
  /** What the proxy in front says the caller's address is. */
  address?: string;
  userAgent?: string;
};

export type Browser = ReturnType<typeof createBrowser>;

/** A person's browser at the console: keeps the session cookie, sends Origin like one of our pages. */
export function createBrowser(origin: string, options: BrowserOptions = {}) {
  let cookie: string | null = null;
  /** What binds a passkey's challenge to this browser. */
  let proof: string | null = null;
  /** What binds a sign-in by another service to this browser. */
  let sso: string | null = null;

  function cookies(): { cookie?: string } {
    const lines = [
      ...(cookie === null ? [] : [`gatehouse_session=${cookie}`]),
      ...(proof === null ? [] : [`gatehouse_proof=${proof}`]),
      ...(sso === null ? [] : [`gatehouse_sso=${sso}`]),
    ];
    return lines.length === 0 ? {} : { cookie: lines.join('; ') };
  }

  function headers(extra: Readonly<Record<string, string>>): Record<string, string> {
    return {
      ...cookies(),
      ...(options.address === undefined ? {} : { 'x-forwarded-for': options.address }),
      'user-agent': options.userAgent ?? 'test browser',
      ...extra,
    };
  }

  function keepCookie(answer: Response): void {
    for (const line of answer.headers.getSetCookie()) {
      const found = /^gatehouse_session=([^;]*)/.exec(line);
      if (found) cookie = found[1] || null;
      const bound = /^gatehouse_proof=([^;]*)/.exec(line);
      if (bound) proof = bound[1] || null;
      const away = /^gatehouse_sso=([^;]*)/.exec(line);
      if (away) sso = away[1] || null;
    }
  }

  /** A request as given, with this browser's cookie. */
  async function send(path: string, init: RequestInit & { headers?: Record<string, string> } = {}) {
    const answer = await fetch(`${origin}${path}`, {
      ...init,
      headers: headers(init.headers ?? {}),
    });
    keepCookie(answer);
    return answer;
  }

  return {
    send,

    async query(path: string, input?: unknown): Promise<Answer> {
      const search =
        input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`;
      return toAnswer(await send(`/trpc/${path}${search}`));
    },

    async mutate(
      path: string,
      input?: unknown,
      extra: Record<string, string> = {},
    ): Promise<Answer> {
      return toAnswer(
        await send(`/trpc/${path}`, {
          method: 'POST',
          headers: { origin, 'content-type': 'application/json', ...extra },
          ...(input === undefined ? {} : { body: JSON.stringify(input) }),
        }),
      );
    },

    cookie: () => cookie,
    setCookie(value: string | null) {
      cookie = value;
    },
  };
}

async function toAnswer(answer: Response): Promise<Answer> {
  const text = await answer.text();
  const body = JSON.parse(text) as { result?: { data: unknown }; error?: AnswerError };
  return {
    status: answer.status,
    headers: answer.headers,
    data: body.result?.data,
    error: body.error,
    text,
  };
}
