// Asks the API once. A refusal is an ApiError with the server's code and text; no answer is one with status 0.

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    text: string,
  ) {
    super(text);
  }
}

const kPatience = 8000; // ms

export async function refusal_of(response: Response): Promise<ApiError> {
  try {
    const {error} = (await response.json()) as {error: {code: string; text: string}};
    return new ApiError(response.status, error.code, error.text);
  } catch {
    return new ApiError(response.status, "unknown", `HTTP ${response.status}`);
  }
}

async function ask(path: string, options: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {...options, cache: "no-store", signal: AbortSignal.timeout(kPatience)});
  } catch (error) {
    throw new ApiError(0, "no_answer", String(error));
  }
  if (!response.ok) throw await refusal_of(response);
  return response;
}

export async function get<T>(path: string): Promise<T> {
  return (await (await ask(path)).json()) as T;
}

export async function post(path: string, body?: unknown): Promise<void> {
  const options: RequestInit = {method: "POST"};
  if (body !== undefined) {
    options.headers = {"Content-Type": "application/json"};
    options.body = JSON.stringify(body);
  }
  await ask(path, options);
}

// Patient: the server's thread has a low priority, and a machine that is too busy is not one that is gone.
export async function is_alive(): Promise<boolean> {
  try {
    await fetch("/healthz", {cache: "no-store", signal: AbortSignal.timeout(kPatience)});
    return true; // 503 is an answer, too
  } catch {
    return false;
  }
}
