// Being there: the heartbeat, offers that ring, browser notifications, the command palette, keys for lists.
"use strict";
(() => {
  const offers = document.getElementById("offers");
  const csrf = document.body.dataset.csrf;
  if (!csrf) return;
  const chatNow = () => document.getElementById("chat")?.dataset.chat || "";

  // --- heartbeat: also from a tab that is not looked at; that is what "online" means -----------------------
  const BEAT = 20000;
  async function beat() {
    try {
      await fetch("/desk/presence/beat", {
        method: "POST",
        headers: { "HX-Request": "true", "X-CSRF-Token": csrf },
        body: new URLSearchParams({ chat: document.hidden ? "" : chatNow() }),
        keepalive: true,
      });
    } catch { /* no network: the offline line says so; after a while she counts as gone, which is true */ }
  }
  if (offers) {
    beat();
    setInterval(beat, BEAT);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) beat(); });
    document.body.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target?.id === "main") beat(); });
  }

  // --- browser notifications ------------------------------------------------------------------------------
  const allow = document.getElementById("allow-notices");
  const can = "Notification" in window && window.isSecureContext;
  function showAllow() {
    if (!allow) return;
    const words = allow.querySelector("span");
    allow.hidden = can && Notification.permission === "denied";
    allow.disabled = !can || Notification.permission === "granted";
    words.textContent = words.dataset[!can ? "no" : Notification.permission === "granted" ? "on" : "off"];
  }
  allow?.addEventListener("click", async () => { await Notification.requestPermission(); showAllow(); });
  showAllow();
  function notify(title, tag, url) {
    if (!can || Notification.permission !== "granted" || !document.hidden) return;
    const shown = new Notification(title, { tag, icon: "/desk/static/mark.svg", requireInteraction: true });
    shown.onclick = () => { window.focus(); if (url) location.href = url; shown.close(); };
  }
  // The tab is not looked at and its live connection is closed: look more often while notices may be shown.
  let watching = 0;
  document.addEventListener("visibilitychange", () => {
    clearInterval(watching);
    if (document.hidden && can && Notification.permission === "granted") watching = setInterval(() => tell("desk-more"), 5000);
  });

  // --- offers: a soft double tone, once each ---------------------------------------------------------------
  let sound = null;
  const known = new Set();
  function ring() {
    try {
      sound ??= new AudioContext();
      if (sound.state === "suspended") { sound.resume(); return; }  // until she has touched the page once
      for (const [at, pitch] of [[0, 587], [0.16, 784]]) {
        const tone = sound.createOscillator(), volume = sound.createGain(), start = sound.currentTime + at;
        tone.frequency.value = pitch;
        volume.gain.setValueAtTime(0.12, start);
        volume.gain.exponentialRampToValueAtTime(0.001, start + 0.2);
        tone.connect(volume).connect(sound.destination);
        tone.start(start);
        tone.stop(start + 0.22);
      }
    } catch { /* a browser without sound: the bar is there all the same */ }
  }
  if (offers) new MutationObserver(() => {
    for (const one of offers.querySelectorAll("[data-offer]")) {
      if (known.has(one.dataset.offer)) continue;
      known.add(one.dataset.offer);
      ring();
      notify(one.dataset.title, "offer-" + one.dataset.offer, one.querySelector("form")?.action.replace("/take-over", ""));
    }
  }).observe(offers, { childList: true });
  document.addEventListener("desk:new-message", (event) => notify(event.detail, "chat-" + chatNow(), ""));

  // --- the command palette -------------------------------------------------------------------------------------
  const palette = document.getElementById("palette");
  const search = document.getElementById("palette-search");
  const list = document.getElementById("palette-list");
  const find = document.getElementById("palette-find");
  const findWords = find?.textContent;
  const shownOptions = () => [...list.querySelectorAll("[role=option]")].filter((one) => !one.hidden);
  function choose(option) {
    for (const one of list.querySelectorAll("[aria-selected]")) one.removeAttribute("aria-selected");
    if (!option) return;
    option.setAttribute("aria-selected", "true");
    option.id ||= "option-" + Math.random().toString(36).slice(2);
    search.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }
  function filter() {
    const wanted = search.value.trim().toLowerCase();
    for (const one of list.querySelectorAll("[role=option]")) {
      const there = !one.dataset.press || document.querySelector(one.dataset.press);
      const fits = (one.textContent + " " + (one.dataset.keys || "")).toLowerCase().includes(wanted);
      one.hidden = one === find ? !wanted : !(there && fits);
    }
    find.textContent = findWords + (wanted ? `：${search.value.trim()}` : "");
    choose(shownOptions()[0]);
  }
  function openPalette() {
    for (const old of list.querySelectorAll("[data-chat-option]")) old.remove();
    for (const line of document.querySelectorAll(".chat-line")) {
      const option = document.createElement("li");
      option.setAttribute("role", "option");
      option.dataset.chatOption = option.dataset.go = line.getAttribute("href");
      option.textContent = [...line.querySelectorAll("strong, .home-tag")].map((one) => one.textContent.trim()).join(" ");
      find.before(option);
    }
    search.value = "";
    palette.showModal();
    filter();
    search.focus();
  }
  function run(option) {
    palette.close();
    if (!option) return;
    if (option.dataset.go) location.href = option.dataset.go;
    else if (option.dataset.find) location.href = option.dataset.find + encodeURIComponent(search.value.trim());
    else document.querySelector(option.dataset.press)?.click();
  }
  search?.addEventListener("input", filter);
  search?.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const options = shownOptions();
    const at = options.findIndex((one) => one.hasAttribute("aria-selected"));
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(options[(at + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(options[at]);
    }
  });
  list?.addEventListener("click", (event) => run(event.target.closest("[role=option]")));
  palette?.addEventListener("click", (event) => { if (event.target === palette) palette.close(); });

  // --- keys ------------------------------------------------------------------------------------------------------
  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (palette.open) palette.close();
      else openPalette();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || palette.open) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    if (event.key !== "j" && event.key !== "k") return;
    const lines = [...document.querySelectorAll(".chat-group[open] .chat-line")];
    if (!lines.length) return;
    event.preventDefault();
    const active = document.activeElement?.closest?.(".chat-line") || document.querySelector(".chat-line[aria-current]");
    const at = lines.indexOf(active);
    lines[Math.max(0, Math.min(lines.length - 1, at + (event.key === "j" ? 1 : -1)))].focus();
  });
})();
