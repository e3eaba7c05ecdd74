// What the resident wrote and the desk does not have yet. Text is kept in localStorage until it is stored
// there; each message has an id of its own, so sending it twice changes nothing.

import { Fault, sendMessage } from "./api.js";

const KEY = "guanjia.unsent";
const TRIES_BEFORE_FAILED = 4;
const LONGEST_WAIT_MS = 20_000;

function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Outbox {
  // changed(entry): draw it anew; stored(entry, message): the desk has it; renewed(): a new session was opened.
  constructor({ changed, stored, renewed, ready }) {
    this.changed = changed;
    this.stored = stored;
    this.renewed = renewed;
    this.ready = ready;
    this.entries = this.#load();
    this.running = false;
    this.wake = null;
    window.addEventListener("online", () => this.retryNow());
  }

  add({ text = "", button = null, photo = null }) {
    const entry = { clientId: newId(), text, button, photo, at: Date.now(), state: "sending", tries: 0, reason: "" };
    this.entries.push(entry);
    this.#save();
    this.changed(entry);
    this.run();
    return entry;
  }

  resend(entry) {
    Object.assign(entry, { state: "sending", tries: 0, reason: "" });
    this.changed(entry);
    this.retryNow();
  }

  remove(entry) {
    this.entries = this.entries.filter((one) => one !== entry);
    this.#save();
  }

  // The desk shows this message: whoever sent it (another tab, a lost answer), it is no longer ours to send.
  settle(clientId) {
    const entry = this.entries.find((one) => one.clientId === clientId);
    if (entry) this.remove(entry);
  }

  retryNow() {
    for (const entry of this.entries) {
      if (entry.state === "failed" && entry.passing) Object.assign(entry, { state: "sending", tries: 0, reason: "" });
    }
    this.wake?.();
    this.run();
  }

  async run() {
    if (this.running) return;
    this.running = true;
    try {
      let entry;
      while ((entry = this.entries.find((one) => one.state === "sending"))) await this.#send(entry);
    } finally {
      this.running = false;
    }
  }

  async #send(entry) {
    try {
      await this.ready();
      const { message } = await sendMessage(entry);
      this.remove(entry);
      this.stored(entry, message);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      // The answer was lost, but the desk has shown meanwhile that it has the message.
      if (this.entries.includes(entry)) await this.#failed(entry, fault);
    }
  }

  async #failed(entry, fault) {
    entry.tries += 1;
    entry.reason = fault.message;
    if (fault.sessionLost && entry.tries <= 2) {
      await this.renewed();
      return;
    }
    if (fault.code === "client_id_used") {
      entry.clientId = newId();
      this.#save();
      return;
    }
    entry.passing = fault.passing;
    if (!fault.passing) entry.state = "failed";
    else if (fault.retryAfter === null && entry.tries >= TRIES_BEFORE_FAILED) entry.state = "failed";
    this.#save();
    this.changed(entry);
    if (fault.passing) {
      const wait = fault.retryAfter ? fault.retryAfter * 1000 : Math.min(1000 * 2 ** entry.tries, LONGEST_WAIT_MS);
      await this.#pause(wait);
      // Text that failed for a passing reason goes out by itself when the desk or the network is back.
      if (entry.state === "failed") Object.assign(entry, { state: "sending" });
    }
  }

  #pause(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    }).finally(() => (this.wake = null));
  }

  #load() {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
      return kept.map((entry) => ({ ...entry, photo: null, state: entry.lostPhoto ? "failed" : "sending", tries: 0 }));
    } catch {
      return []; // storage switched off or damaged: the page still works, it only forgets
    }
  }

  #save() {
    const kept = this.entries.map(({ clientId, text, button, photo, at, lostPhoto }) => ({
      clientId, text, button, at, lostPhoto: Boolean(photo) || lostPhoto,
    }));
    try {
      localStorage.setItem(KEY, JSON.stringify(kept));
    } catch {
      // full or switched off: the entries stay in memory
    }
  }
}

