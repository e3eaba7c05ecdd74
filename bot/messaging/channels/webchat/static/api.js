// The wire to the desk. Every fault is one class: passing (try again), slowed (wait), or final (say why).

export class Fault extends Error {
  constructor(code, message, { passing = false, retryAfter = null, status = 0 } = {}) {
    super(message);
    this.code = code;
    this.passing = passing;
    this.retryAfter = retryAfter;
    this.status = status;
  }

  get sessionLost() {
    return this.status === 401;
  }
}

const PATIENCE_MS = 30_000;
const PHOTO_PATIENCE_MS = 180_000;

async function call(path, { method = "GET", json, form, patience = PATIENCE_MS } = {}) {
  const headers = { Accept: "application/json" };
  if (json !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: json !== undefined ? JSON.stringify(json) : form,
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(patience),
    });
  } catch {
    throw new Fault("network", "", { passing: true });
  }
  if (response.status === 204) return null;
  const body = await response.json().catch(() => null);
  if (response.ok && body !== null) return body;
  const error = body?.error ?? { code: "internal", message: "", mend: "" };
  const seconds = Number(response.headers.get("Retry-After"));
  throw new Fault(error.code, [error.message, error.mend].filter(Boolean).join(""), {
    passing: response.ok || response.status === 429 || response.status >= 500,
    retryAfter: seconds > 0 ? seconds : null,
    status: response.status,
  });
}

export const openSession = () => call("/chat/api/session", { method: "POST", json: {} });

export const messagesAfter = (revision) => call(`/chat/api/messages?after=${revision}`);

export function sendMessage({ clientId, text, button, photo }) {
  if (photo) {
    const form = new FormData();
    form.append("client_id", clientId);
    if (text) form.append("text", text);
    form.append("photo", photo, photo.name || "photo.jpg");
    return call("/chat/api/messages", { method: "POST", form, patience: PHOTO_PATIENCE_MS });
  }
  const json = button ? { client_id: clientId, button } : { client_id: clientId, text };
  return call("/chat/api/messages", { method: "POST", json });
}

export const sayTyping = () => call("/chat/api/typing", { method: "POST", json: {} });

export const sayRead = (seq) => call("/chat/api/read", { method: "POST", json: { seq } });
