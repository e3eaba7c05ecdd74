// What every page of the workspace does: live news, errors as toasts, ticking times, menus, drafts, colours.
"use strict";

const toasts = document.getElementById("toasts");

function showToast(template) {
  const source = document.getElementById(template);
  if (!source) return;
  for (const old of toasts.querySelectorAll(`[data-from="${template}"]`)) old.remove();
  const toast = source.content.firstElementChild.cloneNode(true);
  toast.dataset.from = template;
  toasts.append(toast);
}
// A fault's toast comes from the server, so that its words live in one place.
function showFault(html) {
  const box = document.createElement("template");
  box.innerHTML = html;
  const toast = box.content.querySelector(".toast");
  if (!toast) return showToast("toast-unreachable");
  for (const old of toasts.querySelectorAll(`[data-fault="${toast.dataset.fault}"]`)) old.remove();
  toasts.append(toast);
}
const watchToasts = new MutationObserver(() => {
  for (const toast of toasts.children) {
    const back = toast.querySelector("[data-sign-in]");
    if (back) back.href = "/desk/sign-in?next=" + encodeURIComponent(location.pathname + location.search);
    if (!toast.dataset.timed && !toast.querySelector("[data-sign-in]")) {
      toast.dataset.timed = "1";
      setTimeout(() => toast.remove(), toast.classList.contains("bad") ? 15000 : 6000);
    }
  }
});
watchToasts.observe(toasts, { childList: true });

// --- htmx: an answer that is not ours (a proxy's page, no network) never replaces a part of the page ------
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status >= 400 && !xhr.getResponseHeader("X-Desk-Fault")) {
    event.detail.shouldSwap = false;
    if (!isQuiet(event.detail.requestConfig)) showToast("toast-unreachable");
  } else if (xhr.status >= 400 && isQuiet(event.detail.requestConfig)) {
    event.detail.shouldSwap = false;
    if (xhr.status === 401) showFault(xhr.responseText);
  }
});
// Nobody asked for what the page fetches by itself: its failures show in the "offline" line alone.
const isQuiet = (config) => config.verb === "get";
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(name, (event) => {
    if (!isQuiet(event.detail.requestConfig)) showToast("toast-unreachable");
  });
}
// A part under a person's hands (a panel she opened, a field she writes in, a press, a code that is shown once) is
// not swept away by the page's own refresh, nor by one that was on its way before. What was held back is fetched
// anew when she lets go, so that the part then shows how things are, not how they were.
const heldBack = new Set();
let pressed = null;
const OPENED = "details.menu[open], details[data-unfolded][open]:has(textarea, select), .code";
function underHands(part) {
  const active = document.activeElement;
  const writing = active?.matches("textarea, select, input") && part.contains(active);
  return writing || part.contains(pressed) || part.querySelector(OPENED) !== null;
}
function holdBack(event) {
  const { requestConfig, target } = event.detail;
  if (!isQuiet(requestConfig) || !target || !underHands(target)) return false;
  if (requestConfig.triggeringEvent) heldBack.add(requestConfig.triggeringEvent.type);
  return true;
}
function letGo() {
  for (const name of heldBack) tell(name);
  heldBack.clear();
}
document.body.addEventListener("htmx:beforeRequest", (event) => { if (holdBack(event)) event.preventDefault(); });
document.body.addEventListener("htmx:beforeSwap", (event) => { if (holdBack(event)) event.detail.shouldSwap = false; });
// The parts of the frame come in one answer; each is held back by itself.
document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (!underHands(event.detail.target)) return;
  event.detail.shouldSwap = false;
  heldBack.add("desk-more");
});
document.addEventListener("click", (event) => {
  const panel = event.target.closest("summary")?.parentElement;
  if (panel) panel.dataset.unfolded = "";  // by her; one that is served open would hold back for ever
});
document.addEventListener("focusout", letGo);  // told later, when the focus is where it goes
// A click is lost when the button under it is swapped between press and release.
document.addEventListener("pointerdown", (event) => { pressed = event.button ? null : event.target; }, true);
for (const name of ["pointerup", "pointercancel"]) {
  document.addEventListener(name, () => setTimeout(() => { pressed = null; letGo(); }), true);  // after the click
}

// --- live news: "there is more", never what ---------------------------------------------------------------
const offline = document.getElementById("offline");
const live = { source: null, retry: 1000, timer: 0, lost: 0 };

// At most so often, in ms; what is said in between is said once at the end, so the last news is never lost.
const EVERY = { "desk-more": 2000, "chat-more": 250 };
const said = {};
function tell(name) {
  const state = (said[name] ??= { last: 0, timer: 0 });
  if (state.timer) return;
  state.timer = setTimeout(() => {
    state.timer = 0;
    state.last = Date.now();
    document.body.dispatchEvent(new CustomEvent(name));
  }, Math.max(0, state.last + (EVERY[name] || 0) - Date.now()));
}
function connect() {
  clearTimeout(live.timer);
  if (live.source || !document.body.dataset.live) return;
  const source = new EventSource(document.body.dataset.live);
  live.source = source;
  source.addEventListener("ready", () => {
    const wasLost = live.lost;
    live.retry = 1000;
    live.lost = 0;
    offline.hidden = true;
    if (wasLost) { tell("desk-more"); tell("chat-more"); }  // whatever was missed is fetched by number
  });
  source.addEventListener("more", (event) => tell(event.data === "desk" ? "desk-more" : "chat-more"));
  source.addEventListener("typing", () => tell("chat-typing"));
  source.addEventListener("error", () => {
    source.close();
    if (live.source === source) live.source = null;
    live.lost = live.lost || Date.now();
    live.timer = setTimeout(connect, live.retry);
    live.retry = Math.min(live.retry * 2, 15000);
    setTimeout(() => { if (live.lost && Date.now() - live.lost > 2500) offline.hidden = false; }, 2600);
    askWhy();
  });
}
async function askWhy() {
  try {
    const answer = await fetch("/desk/now", { headers: { "HX-Request": "true" } });
    if (answer.status === 401) {
      clearTimeout(live.timer);
      live.lost = 0;
      showFault(await answer.text());
    }
  } catch { /* no network: the offline line says so */ }
}
// A hidden tab leaves its connection to the others (browsers allow six to one host) and looks now and then.
let peeking = 0;
document.addEventListener("visibilitychange", () => {
  clearInterval(peeking);
  if (document.hidden) {
    peeking = setInterval(() => tell("desk-more"), 20000);
    live.source?.close();
    live.source = null;
    clearTimeout(live.timer);
  } else {
    live.lost = live.lost || 1;
    connect();
  }
});
addEventListener("pagehide", () => live.source?.close());
addEventListener("pageshow", (event) => {
  if (event.persisted) { live.source = null; live.lost = 1; connect(); }
});
addEventListener("online", connect);
connect();

// --- the title says how many wait ------------------------------------------------------------------------------
const plainTitle = document.title;
const waiting = document.getElementById("waiting-count");
if (waiting) {
  new MutationObserver(() => {
    const count = waiting.textContent.trim();
    document.title = count ? `(${count}) ${plainTitle}` : plainTitle;
  }).observe(waiting, { childList: true, subtree: true, characterData: true });
}

// --- times that go on by themselves ------------------------------------------------------------------------------
const SOON = { since: 180, until: 1800 };  // seconds: from then on in colour
const LATE = { since: 600, until: 0 };
const say = (name, values) =>
  document.getElementById("words").dataset[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
function spell(seconds) {
  const two = (number) => String(Math.floor(number)).padStart(2, "0");
  const days = Math.floor(seconds / 86400), hours = Math.floor(seconds / 3600) % 24;
  if (days) return say("days", { days, hours });
  if (hours) return say("hours", { hours, minutes: two((seconds / 60) % 60) });
  return say("minutes", { minutes: Math.floor(seconds / 60), seconds: two(seconds % 60) });
}
function tick() {
  for (const time of document.querySelectorAll("time[data-tick]")) {
    const gone = (Date.now() - Date.parse(time.dateTime)) / 1000;
    const kind = time.dataset.tick;
    const late = kind === "since" ? gone > LATE.since : gone > LATE.until;
    const soon = kind === "since" ? gone > SOON.since : -gone < SOON.until;
    const words = kind === "since" ? spell(Math.max(0, gone)) : say(gone > 0 ? "over" : "left", { time: spell(Math.abs(gone)) });
    if (time.textContent !== words) time.textContent = words;
    time.classList.toggle("late", late);
    time.classList.toggle("soon", soon && !late);
  }
}
setInterval(tick, 1000);
tick();
document.body.addEventListener("htmx:afterSettle", tick);

// --- what is kept in this browser ----------------------------------------------------------------------------------
const kept = {
  get(key) { try { return localStorage.getItem("guanjia." + key); } catch { return null; } },
  set(key, value) {
    try {
      if (value) localStorage.setItem("guanjia." + key, value);
      else localStorage.removeItem("guanjia." + key);
    } catch { /* storage is off or full: nothing is kept */ }
  },
};
function restore(root) {
  for (const field of root.querySelectorAll("textarea[data-draft]")) {
    if (!field.value) field.value = kept.get("draft." + field.dataset.draft) || "";
  }
  for (const group of root.querySelectorAll("details[data-remember]")) {
    const state = kept.get("open." + group.dataset.remember);
    if (state) group.open = state === "yes";
    else if (group.dataset.narrow && matchMedia("(max-width: 760px)").matches) group.open = false;
  }
}
document.body.addEventListener("input", (event) => {
  if (event.target.dataset?.draft) kept.set("draft." + event.target.dataset.draft, event.target.value);
});
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && event.detail.elt.matches("form")) {
    for (const field of event.detail.elt.querySelectorAll("[data-draft]")) kept.set("draft." + field.dataset.draft, "");
  }
});
document.addEventListener("toggle", (event) => {
  if (event.target.dataset?.remember) kept.set("open." + event.target.dataset.remember, event.target.open ? "yes" : "no");
}, true);
document.body.addEventListener("htmx:afterSwap", () => restore(document));
restore(document);

// --- small manners ---------------------------------------------------------------------------------------------------
function markTheme() {
  const now = document.documentElement.dataset.theme || "auto";
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === now));
  }
}
markTheme();
document.addEventListener("click", (event) => {
  const target = event.target;
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(target)) menu.open = false;
  target.closest("[data-dismiss]")?.closest(".toast")?.remove();
  const theme = target.closest("[data-theme-choice]")?.dataset.themeChoice;
  if (theme) {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    kept.set("theme", theme === "auto" ? "" : theme);
    markTheme();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
  if (event.key === "/" && !event.target.closest("input, textarea, select, [contenteditable]")) {
    const search = document.querySelector("[data-search]");
    if (search) { event.preventDefault(); search.focus(); }
  }
});
document.addEventListener("toggle", (event) => {
  if (!event.target.open) letGo();
  else if (event.target.matches?.("details.menu")) event.target.querySelector("textarea, select")?.focus();
}, true);
