// Draws messages. Text only ever becomes a text node: nothing anybody writes can turn into markup.

const PAUSE_MS = 5 * 60_000;

export function element(tag, className = "", text = null) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== null) made.textContent = text;
  return made;
}

export const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

export class View {
  // act: { resend, edit, discard, press }
  constructor(words, list, act) {
    this.words = words;
    this.list = list;
    this.act = act;
    this.nodes = new Map(); // key → { node, order, at }
    this.unreadFrom = null;
  }

  // One message of the desk, new or changed. Returns true when it is new to this page.
  show(message) {
    const own = message.client_id && this.nodes.get(`c:${message.client_id}`);
    if (own && own.order === Infinity) this.#drop(`c:${message.client_id}`);
    const key = message.client_id ? `c:${message.client_id}` : `m:${message.id}`;
    const isNew = !this.nodes.has(key) && !own;
    this.#put(key, this.#drawMessage(message), message.seq, Date.parse(message.at));
    return isNew;
  }

  // One message that is not at the desk yet; always at the end.
  showUnsent(entry) {
    this.#put(`c:${entry.clientId}`, this.#drawUnsent(entry), Infinity, entry.at);
  }

  removeUnsent(entry) {
    this.#drop(`c:${entry.clientId}`);
    this.#separate();
  }

  markUnread(seq) {
    this.unreadFrom = seq;
    this.#separate();
  }

  clear() {
    for (const key of [...this.nodes.keys()]) this.#drop(key);
    this.unreadFrom = null;
    this.#separate();
  }

  // Old questions are answered: only the newest message's buttons can be pressed.
  refreshChoices(lastSeq) {
    for (const button of this.list.querySelectorAll(".choices button")) {
      button.disabled = Number(button.dataset.seq) < lastSeq;
    }
  }

  markChosen(button) {
    button.classList.add("chosen");
    for (const other of button.parentElement.children) other.disabled = true;
  }

  #put(key, node, order, at) {
    this.#drop(key);
    const later = [...this.nodes.values()].filter((one) => one.order > order).sort((a, b) => a.order - b.order)[0];
    this.list.insertBefore(node, later?.node ?? null);
    this.nodes.set(key, { node, order, at });
    this.#separate();
  }

  #drop(key) {
    this.nodes.get(key)?.node.remove();
    this.nodes.delete(key);
  }

  #separate() {
    if (this.pending) return;
    this.pending = true;
    queueMicrotask(() => {
      this.pending = false;
      this.#drawSeparators();
    });
  }

  #drawSeparators() {
    for (const old of this.list.querySelectorAll(".separator")) old.remove();
    const said = [...this.nodes.values()].sort((a, b) => a.order - b.order || a.at - b.at);
    let before = -Infinity;
    let unreadDone = this.unreadFrom === null;
    for (const { node, order, at } of said) {
      if (at - before > PAUSE_MS) node.before(element("li", "separator", this.#time(new Date(at))));
      if (!unreadDone && order >= this.unreadFrom) {
        node.before(element("li", "separator separator-unread", this.words.unread));
        unreadDone = true;
      }
      before = at;
    }
  }

  #time(at) {
    const clock = at.toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
    const day = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
    const days = Math.round((day(new Date()) - day(at)) / 86_400_000);
    if (days === 0) return clock;
    if (days === 1) return `${this.words.yesterday} ${clock}`;
    return `${at.toLocaleDateString("zh-CN", { year: "numeric", month: "long", day: "numeric" })} ${clock}`;
  }

  #name(message) {
    if (message.from === "resident") return this.words.you;
    if (message.from === "agent") return fill(this.words.agent, { name: message.name ?? "" }).trim();
    return message.from === "bot" ? this.words.assistant : this.words.system;
  }

  #frame(kind, who) {
    const node = element("li", `message ${kind}`);
    const body = element("div", "body");
    body.append(element("p", ["mine", "system", "urgent"].includes(kind) ? "sr-only" : "who", who));
    const bubble = element("div", "bubble");
    body.append(bubble);
    node.append(body);
    return { node, body, bubble };
  }

  #text(bubble, text) {
    if (text) bubble.append(element("p", text.length > 2000 ? "said long" : "said", text));
  }

  // Read out at once, and every number can be tapped.
  #urgent(node, bubble, text) {
    node.setAttribute("role", "alert");
    const said = element("p", "said");
    for (const part of text.split(/(\d{3,4}-\d{7,8}|(?<!\d)\d{5}(?!\d)|(?<!\d)1[12]\d(?!\d))/)) {
      if (/^[\d-]{3,}$/.test(part)) {
        const call = element("a", "call", part);
        call.href = `tel:${part.replaceAll("-", "")}`;
        said.append(call);
      } else said.append(part);
    }
    bubble.append(said);
  }

  #drawMessage(message) {
    const kind = message.from === "resident" ? "mine"
      : message.urgent ? "urgent" : message.from === "system" ? "system" : "theirs";
    const who = this.#name(message);
    const { node, body, bubble } = this.#frame(kind, who);
    node.dataset.seq = message.seq;
    node.dataset.from = message.from;
    if (kind === "theirs") node.prepend(this.#avatar(message));
    for (const file of message.attachments) bubble.append(this.#file(file, who));
    if (kind === "urgent") this.#urgent(node, bubble, message.text);
    else this.#text(bubble, message.text);
    if (message.buttons.length) body.append(this.#choices(message));
    if (kind === "mine") body.append(element("p", "state", this.words.sent));
    return node;
  }

  #avatar(message) {
    if (message.from === "agent") {
      const letter = element("span", "avatar", (message.name ?? "").slice(-1));
      letter.setAttribute("aria-hidden", "true");
      return letter;
    }
    const picture = element("img", "avatar");
    picture.src = "/chat/static/icon.svg";
    picture.alt = "";
    return picture;
  }

  #file(file, who) {
    if (file.media_type.startsWith("image/")) return this.#picture(file, who);
    if (file.media_type.startsWith("audio/")) {
      const sound = element("audio", "sound");
      sound.controls = true;
      sound.preload = "metadata";
      sound.src = file.url;
      sound.setAttribute("aria-label", fill(this.words.voice_by, { name: who }));
      return sound;
    }
    const link = element("a", "file", this.words.open_file);
    link.href = file.url;
    link.target = "_blank";
    link.rel = "noopener";
    return link;
  }

  #picture(file, who) {
    const link = element("a", "picture");
    link.href = file.url;
    link.target = "_blank";
    link.rel = "noopener";
    const picture = element("img");
    picture.src = file.url;
    picture.alt = fill(this.words.photo_by, { name: who });
    if (file.width && file.height) {
      picture.width = file.width;
      picture.height = file.height;
    }
    picture.loading = "lazy";
    picture.addEventListener("error", () => (picture.alt = this.words.file_unavailable));
    link.append(picture);
    return link;
  }

  #choices(message) {
    const group = element("div", "choices");
    group.setAttribute("role", "group");
    for (const { title, payload } of message.buttons) {
      const button = element("button", "", title);
      button.type = "button";
      button.dataset.seq = message.seq;
      button.addEventListener("click", () => this.act.press(button, title, payload));
      group.append(button);
    }
    return group;
  }

  #drawUnsent(entry) {
    const { node, body, bubble } = this.#frame("mine", this.words.you);
    if (entry.photo) {
      const picture = element("img");
      picture.src = entry.preview ??= URL.createObjectURL(entry.photo);
      picture.alt = this.words.photo;
      const holder = element("span", "picture");
      holder.append(picture);
      bubble.append(holder);
    }
    this.#text(bubble, entry.text || (entry.lostPhoto ? this.words.photo : ""));
    body.append(this.#state(entry));
    return node;
  }

  #state(entry) {
    const failed = entry.state === "failed";
    const state = element("div", failed ? "state failed" : "state");
    state.setAttribute("role", "status");
    const waiting = !failed && entry.tries > 0;
    state.append(element("span", "", failed ? this.words.failed : waiting ? this.words.waiting_retry : this.words.sending));
    if (failed) {
      const lost = entry.lostPhoto && !entry.photo;
      if (!lost) state.append(this.#button(this.words.resend, () => this.act.resend(entry)));
      if (entry.text && !entry.button) state.append(this.#button(this.words.edit_again, () => this.act.edit(entry)));
      state.append(this.#button(this.words.discard, () => this.act.discard(entry)));
      if (lost) state.append(element("span", "state-reason", this.words.photo_lost));
    }
    if (entry.reason && (failed || waiting)) state.append(element("span", "state-reason", entry.reason));
    return state;
  }

  #button(words, press) {
    const button = element("button", "", words);
    button.type = "button";
    button.addEventListener("click", press);
    return button;
  }
}
