// The web chat's page: brings the desk's messages in (by revision), the resident's out, and keeps both in order.

import { Fault, messagesAfter, openSession, sayRead, sayTyping } from "./api.js";
import { listen } from "./live.js";
import { Outbox } from "./outbox.js";
import { prepare } from "./picture.js";
import { View, fill } from "./view.js";

const $ = (id) => document.getElementById(id);
const words = JSON.parse($("words").textContent);
const start = JSON.parse($("start").textContent);
const title = document.title;

const DRAFT = "guanjia.draft";
const TYPING_SHOWN_MS = 12_000;
const TYPING_SAID_EVERY_MS = 3_000;
const NEAR_END_PX = 120;

let session = null; // what POST /chat/api/session told
let opening = null;
let lost = false; // the session before was refused
let cursor = 0;
let lastSeq = 0;
let lastTheirs = 0;
let lastRead = 0;
let missed = 0;
let loaded = false;
let photo = null;
let typingTimer = null;
let typingSaidAt = 0;
let mode = "bot";
let agentName = null;
let live = null;

const scroller = $("scroller");
const text = $("text");

const view = new View(words, $("messages"), {
  resend: (entry) => outbox.resend(entry),
  edit: (entry) => {
    discard(entry);
    text.value = [entry.text, text.value].filter(Boolean).join("\n");
    textChanged();
    text.focus();
  },
  discard,
  press: (button, label, payload) => {
    view.markChosen(button);
    say({ text: label, button: payload });
  },
});

const outbox = new Outbox({
  changed: (entry) => {
    view.showUnsent(entry);
    drawConnection();
  },
  stored: (entry, message) => {
    take(message);
    live?.tellTabs();
    drawConnection();
    sync();
  },
  renewed: renewSession,
  ready: ensureSession,
});

function discard(entry) {
  outbox.remove(entry);
  view.removeUnsent(entry);
}

// --- session -----------------------------------------------------------------

function ensureSession() {
  if (session) return Promise.resolve(session);
  opening ??= openSession()
    .then((opened) => {
      session = opened;
      live ??= listen({
        onMore: sync,
        onTyping: showTyping,
        onConnected: () => drawConnection(),
        onSession: adoptSession,
      });
      if (lost) live.sessionChanged();
      lost = false;
      return opened;
    })
    .finally(() => (opening = null));
  return opening;
}

async function renewSession() {
  lost = true;
  forgetSession();
  notice(words.session_renewed);
}

// Another tab opened a new session: this one shows the same conversation from now on.
async function adoptSession() {
  forgetSession();
  await ensureSession();
  sync();
}

function forgetSession() {
  session = null;
  cursor = lastSeq = lastTheirs = lastRead = 0;
  view.clear();
  for (const entry of outbox.entries) view.showUnsent(entry);
}

// --- what comes in -------------------------------------------------------------

let syncing = false;
let syncAgain = false;

async function sync() {
  if (!session) return;
  if (syncing) {
    syncAgain = true;
    return;
  }
  syncing = true;
  try {
    do {
      syncAgain = false;
      await fetchAll();
    } while (syncAgain);
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    if (fault.sessionLost) await renewSession();
  } finally {
    syncing = false;
    drawConnection();
  }
}

async function fetchAll() {
  for (;;) {
    const page = await messagesAfter(cursor);
    const atEnd = nearEnd();
    let fresh = 0;
    for (const message of page.messages) if (take(message) && message.from !== "resident") fresh += 1;
    cursor = page.next;
    showMode(page);
    if (!page.typing && page.messages.some((one) => one.from !== "resident")) hideTyping();
    else if (page.typing) showTyping(page.typing);
    if (!page.messages.length) {
      if (!loaded) firstLoad();
      return;
    }
    if (loaded && fresh) arrived(fresh, atEnd);
  }
}

function take(message) {
  if (message.client_id) outbox.settle(message.client_id);
  const atEnd = nearEnd();
  const isNew = view.show(message);
  lastSeq = Math.max(lastSeq, message.seq);
  if (message.from !== "resident") lastTheirs = Math.max(lastTheirs, message.seq);
  if (message.from === "agent") agentName = message.name;
  if (message.read) lastRead = Math.max(lastRead, message.seq);
  if (!loaded && message.from !== "resident" && !message.read) missed += 1;
  view.refreshChoices(lastSeq);
  $("welcome").hidden = true;
  if (loaded && (atEnd || message.from === "resident")) toEnd();
  return isNew;
}

function firstLoad() {
  loaded = true;
  $("loading").hidden = true;
  const unread = missed;
  missed = 0;
  if (unread && lastRead) {
    const first = [...view.list.querySelectorAll(".message")].find(
      (node) => node.dataset.from !== "resident" && Number(node.dataset.seq) > lastRead,
    );
    if (first) view.markUnread(Number(first.dataset.seq));
  }
  toEnd();
  requestAnimationFrame(() => {
    toEnd();
    read();
  });
}

function arrived(count, atEnd) {
  if (atEnd && document.visibilityState === "visible") {
    toEnd();
    read();
    return;
  }
  missed += count;
  drawMissed();
}

let readTimer = null;
function read() {
  if (!session || document.visibilityState !== "visible" || !nearEnd() || lastTheirs <= lastRead) return;
  clearTimeout(readTimer);
  readTimer = setTimeout(() => {
    const upTo = lastTheirs;
    sayRead(upTo).then(() => (lastRead = Math.max(lastRead, upTo)), () => {}); // told again with the next one
  }, 400);
  missed = 0;
  drawMissed();
}

function drawMissed() {
  document.title = missed ? `(${missed}) ${title}` : title;
  $("to-latest").hidden = nearEnd();
  $("to-latest").textContent = missed ? fill(words.to_latest_count, { count: missed }) : words.to_latest;
}

// --- head, banner, typing --------------------------------------------------------

function showMode(page) {
  mode = page.mode;
  if (page.agent) agentName = page.agent;
  const named = agentName ? fill(words.status_human, { name: agentName }) : words.status_human_nameless;
  $("status").textContent = mode === "human" ? named : mode === "waiting" ? words.status_waiting : words.status_bot;
}

function showTyping(by) {
  if (by === "resident") return;
  const atEnd = nearEnd();
  $("typing-words").textContent = by === "agent" ? words.typing_agent : words.typing_bot;
  $("typing").hidden = false;
  clearTimeout(typingTimer);
  typingTimer = setTimeout(hideTyping, TYPING_SHOWN_MS);
  if (atEnd) toEnd();
}

function hideTyping() {
  clearTimeout(typingTimer);
  $("typing").hidden = true;
}

function drawConnection() {
  $("offline").textContent = words.offline;
  $("offline").hidden = navigator.onLine;
}

let noticeTimer = null;
function notice(said, ms = 12_000) {
  $("notice").textContent = said;
  $("notice").hidden = false;
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => ($("notice").hidden = true), ms);
}

// --- scrolling -----------------------------------------------------------------

function nearEnd() {
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END_PX;
}

function toEnd() {
  scroller.scrollTop = scroller.scrollHeight;
}

scroller.addEventListener("scroll", () => {
  if (nearEnd()) read();
  drawMissed();
}, { passive: true });
scroller.addEventListener("load", (event) => {
  if (event.target.tagName === "IMG" && nearEnd()) toEnd();
}, true);
$("to-latest").addEventListener("click", () => {
  toEnd();
  read();
});
document.addEventListener("visibilitychange", read);
window.addEventListener("online", drawConnection);
window.addEventListener("offline", drawConnection);
new ResizeObserver(() => toEnd()).observe($("composer"));

// --- what goes out ---------------------------------------------------------------

function say({ text: said = "", button = null, photo: picture = null }) {
  $("welcome").hidden = true;
  loaded ||= !session;
  $("loading").hidden = true;
  outbox.add({ text: said, button, photo: picture });
  toEnd();
}

function textChanged() {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
  $("send").disabled = !text.value.trim() && !photo;
  try {
    localStorage.setItem(DRAFT, text.value);
  } catch {
    // storage is switched off: the draft lives as long as the page
  }
}

text.addEventListener("input", () => {
  textChanged();
  const now = Date.now();
  if (session && mode === "human" && text.value && now - typingSaidAt > TYPING_SAID_EVERY_MS) {
    typingSaidAt = now;
    sayTyping().catch(() => {}); // only a courtesy
  }
});

text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  $("composer").requestSubmit();
});

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const said = text.value;
  if (!said.trim() && !photo) return;
  say({ text: said.trim() ? said : "", photo });
  text.value = "";
  setPhoto(null);
  textChanged();
  text.focus();
});

for (const button of document.querySelectorAll("[data-say]")) {
  button.addEventListener("click", () => say({ text: button.dataset.say }));
}

// --- pictures ----------------------------------------------------------------------

let previewUrl = null;
function setPhoto(chosen) {
  photo = chosen;
  if (previewUrl) URL.revokeObjectURL(previewUrl);
  previewUrl = chosen ? URL.createObjectURL(chosen) : null;
  $("preview").hidden = !chosen;
  if (chosen) $("preview-picture").src = previewUrl;
  else $("preview-picture").removeAttribute("src");
  $("photo").value = "";
  textChanged();
}

async function choose(file) {
  const { photo: prepared, problem } = await prepare(file);
  if (problem) notice(words[problem]);
  else setPhoto(prepared);
}

$("photo").addEventListener("change", ({ target }) => target.files[0] && choose(target.files[0]));
$("preview-remove").addEventListener("click", () => setPhoto(null));
text.addEventListener("paste", (event) => {
  const file = [...(event.clipboardData?.files ?? [])].find((one) => one.type.startsWith("image/"));
  if (!file) return;
  event.preventDefault();
  choose(file);
});

// --- menu ----------------------------------------------------------------------------

const menu = $("menu-panel");
const menuButton = $("menu-button");
function openMenu(open) {
  menu.hidden = !open;
  menuButton.setAttribute("aria-expanded", String(open));
  if (open) menu.querySelector("[role=menuitem]").focus();
}
menuButton.addEventListener("click", () => openMenu(menu.hidden));
document.addEventListener("click", (event) => {
  if (!menu.hidden && !event.target.closest(".menu")) openMenu(false);
});
document.addEventListener("keydown", (event) => {
  if (menu.hidden) return;
  const items = [...menu.querySelectorAll("[role=menuitem]")];
  const at = items.indexOf(document.activeElement);
  if (event.key === "Escape") {
    openMenu(false);
    menuButton.focus();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    items[(at + (event.key === "ArrowDown" ? 1 : items.length - 1)) % items.length].focus();
  }
});
$("ask-person").addEventListener("click", () => {
  openMenu(false);
  say({ text: words.person_text });
});
$("copy-link").addEventListener("click", async () => {
  openMenu(false);
  if (!session?.return_link) {
    notice(words.link_needs_message);
    return;
  }
  try {
    await navigator.clipboard.writeText(session.return_link);
    notice(words.link_copied);
  } catch {
    notice(`${words.link_manual} ${session.return_link}`, 60_000);
  }
});

// --- start -----------------------------------------------------------------------------

function begin() {
  try {
    text.value = localStorage.getItem(DRAFT) ?? "";
  } catch {
    // storage is switched off
  }
  textChanged();
  drawConnection();
  if (start.session === "expired") notice(words.session_renewed);
  if (start.fault) notice(start.fault);
  for (const entry of outbox.entries) view.showUnsent(entry);
  if (outbox.entries.length) $("welcome").hidden = true;
  if (start.session === "known") openKnown(1000);
  else loaded = true;
  outbox.run();
}

async function openKnown(wait) {
  try {
    await ensureSession();
    await sync();
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    setTimeout(() => openKnown(Math.min(wait * 2, 30_000)), wait);
  }
}

begin();
