// The open chat: fetches what is new by number, sends answers once, keeps drafts, follows the end.
"use strict";

(() => {
  const chats = new WeakSet();

  function open() {
    const pane = document.getElementById("chat");
    if (!pane || chats.has(pane)) return;
    chats.add(pane);
    const id = pane.dataset.chat;
    const box = document.getElementById("transcript-box");
    const list = document.getElementById("transcript");
    const toEnd = document.getElementById("to-end");
    const form = document.getElementById("composer");
    const field = document.getElementById("answer");
    const typing = document.getElementById("typing");
    const cursor = { after: 0, event: 0, note: 0 };

    // --- the transcript ---------------------------------------------------------------------------------
    const atEnd = () => box.scrollHeight - box.scrollTop - box.clientHeight < 60;
    function goToEnd() {
      box.scrollTop = box.scrollHeight;
      toEnd.hidden = true;
    }
    function readCursor(node) {
      cursor.after = Math.max(cursor.after, Number(node.dataset.after));
      cursor.event = Math.max(cursor.event, Number(node.dataset.event));
      cursor.note = Math.max(cursor.note, Number(node.dataset.note));
    }
    // Days and runs of one speaker are seen from the lines' order, however they came in.
    function dress() {
      for (const mark of list.querySelectorAll(".day-mark")) mark.remove();
      let day = null, who = null;
      for (const line of [...list.querySelectorAll("li[data-place]")]) {
        if (line.dataset.day !== day) {
          const mark = document.createElement("li");
          mark.className = "day-mark";
          mark.textContent = line.dataset.day;
          line.before(mark);
          who = null;
        }
        line.classList.toggle("same-who", who !== null && who !== "" && who === line.dataset.who);
        day = line.dataset.day;
        who = line.dataset.who;
      }
    }
    function place(line) {
      const old = document.getElementById(line.id);
      if (old) {
        const unfolded = old.querySelector("details[open]") && line.querySelector("details");
        if (unfolded) unfolded.open = true;  // she is reading it
        old.replaceWith(line);
        return false;
      }
      const next = [...list.querySelectorAll("li[data-place]")].find((other) => other.dataset.place > line.dataset.place);
      if (next) next.before(line);
      else list.append(line);
      return true;
    }
    function merge(html) {
      const fresh = document.createElement("template");
      fresh.innerHTML = html;
      const mark = fresh.content.querySelector(".cursor");
      let added = 0;
      for (const line of [...fresh.content.querySelectorAll("li[data-place]")]) {
        if (place(line)) added += 1;
        htmx.process(line);
      }
      for (const waiting of list.querySelectorAll(".pending")) list.append(waiting);
      dress();
      return { mark, added };
    }

    let fetching = null, again = false;
    function more() {
      if (fetching) { again = true; return fetching; }
      fetching = fetchMore().finally(() => {
        fetching = null;
        if (again) { again = false; more(); }
      });
      return fetching;
    }
    async function fetchMore() {
      const follow = atEnd();
      let answer;
      try {
        answer = await fetch(`${list.dataset.url}?after=${cursor.after}&event=${cursor.event}&note=${cursor.note}`, {
          headers: { "HX-Request": "true" },
        });
      } catch { return; }  // the live line says that the network is away, and asks again when it is back
      if (!answer.ok) return;
      const { mark, added } = merge(await answer.text());
      readCursor(mark);
      if (added) typing.hidden = true;
      if (follow) goToEnd();
      else if (added) toEnd.hidden = false;
      if (added) htmx.trigger(document.body, "person-more");
      const said = list.querySelector("li.from-resident:last-of-type .text");
      if (added && document.hidden && said) document.dispatchEvent(new CustomEvent("desk:new-message", { detail: said.textContent.slice(0, 60) }));
    }

    const earlier = document.getElementById("earlier");
    earlier?.addEventListener("click", async () => {
      earlier.disabled = true;
      try {
        const answer = await fetch(`${list.dataset.url}?before=${earlier.dataset.before}`, { headers: { "HX-Request": "true" } });
        const html = await answer.text();
        if (!answer.ok) return showFault(html);
        const from = box.scrollHeight - box.scrollTop;
        const { mark } = merge(html);
        box.scrollTop = box.scrollHeight - from;
        if (mark.dataset.earlier) earlier.dataset.before = mark.dataset.earlier;
        else earlier.parentElement.remove();
      } catch {
        showToast("toast-unreachable");
      } finally {
        earlier.disabled = false;
      }
    });
    box.addEventListener("scroll", () => { if (atEnd()) toEnd.hidden = true; }, { passive: true });
    toEnd.addEventListener("click", goToEnd);
    new ResizeObserver(() => { if (stuck) goToEnd(); }).observe(box);
    let stuck = true;
    box.addEventListener("scroll", () => { stuck = atEnd(); }, { passive: true });
    list.addEventListener("load", () => { if (stuck) goToEnd(); }, true);

    correctReadings(list, (values) => post(`/desk/chats/${id}/reading`, values));

    let typingTimer = 0;
    const listen = {
      "chat-more": more,
      "chat-typing": () => {
        typing.hidden = false;
        if (atEnd()) goToEnd();
        clearTimeout(typingTimer);
        typingTimer = setTimeout(() => { typing.hidden = true; }, 6000);
      },
    };
    for (const [name, handle] of Object.entries(listen)) {
      document.body.addEventListener(name, function heard() {
        if (!pane.isConnected) document.body.removeEventListener(name, heard);
        else handle();
      });
    }

    // --- writing --------------------------------------------------------------------------------------------
    const draftKey = "draft.chat:" + id;
    const outKey = "out.chat:" + id;
    field.value = kept.get(draftKey) || field.dataset.kept || "";
    const mayWrite = () => document.getElementById("composer-hint").dataset.maySend === "true";
    const button = form.querySelector("button[type=submit]");
    let extras = null;
    function grow() {
      const note = form.classList.contains("noting");
      button.disabled = !(note || mayWrite()) || !(field.value.trim() || (!note && extras?.picture()));
      if (CSS.supports("field-sizing", "content")) return;
      field.style.height = "auto";
      field.style.height = field.scrollHeight + 2 + "px";
    }
    grow();
    let saidTyping = 0;
    field.addEventListener("input", () => {
      kept.set(draftKey, field.value);
      grow();
      const now = Date.now();
      if (now - saidTyping > 3000 && field.value.trim() && !extras.noting()) {
        saidTyping = now;
        post(`/desk/chats/${id}/typing`, {}).catch(() => { /* a hint only */ });
      }
    });
    field.addEventListener("keydown", (event) => {
      // While an input method composes, Enter picks a word; 229 is what older browsers say then.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      if (!button.disabled) form.requestSubmit();
    });
    document.body.addEventListener("htmx:oobAfterSwap", grow);

    function post(url, values) {
      return fetch(url, {
        method: "POST",
        headers: { "HX-Request": "true", "X-CSRF-Token": document.body.dataset.csrf },
        body: values instanceof FormData ? values : new URLSearchParams(values),
        redirect: "manual",
      });
    }
    const newId = () => crypto.randomUUID?.() || `${Date.now()}-${Math.random().toString(36).slice(2)}`;
    // What was sent and not yet confirmed survives a reload under its own id: sent again, it is there once.
    const outgoing = new Map(JSON.parse(kept.get(outKey) || "[]"));
    const keepOutgoing = () => kept.set(outKey, outgoing.size ? JSON.stringify([...outgoing]) : "");

    function showPending(clientId, text, file = null) {
      const line = document.getElementById("pending-line").content.firstElementChild.cloneNode(true);
      line.dataset.client = clientId;
      line.querySelector(".text").textContent = text || file.name;
      line.querySelector("[data-retry]").addEventListener("click", () => send(clientId, text, line, file));
      line.querySelector("[data-return]").addEventListener("click", () => giveBack(clientId, text, line));
      list.append(line);
      goToEnd();
      return line;
    }
    function giveBack(clientId, text, line) {
      outgoing.delete(clientId);
      keepOutgoing();
      line.remove();
      field.value = field.value.trim() ? `${text}\n${field.value}` : text;
      kept.set(draftKey, field.value);
      grow();
      field.focus();
    }
    function mark(line, unsure) {
      line.classList.toggle("failed", unsure);
      line.querySelector(".state").textContent = unsure ? line.dataset.unsure : line.dataset.sending;
      for (const one of line.querySelectorAll("[data-retry], [data-return]")) one.hidden = !unsure;
    }
    async function send(clientId, text, line, file = null) {
      mark(line, false);
      let answer, html;
      const values = { text, client_id: clientId };
      if (file) values.picture = file;
      try {
        answer = await post(form.action, file ? Object.entries(values).reduce((data, [name, value]) => (data.append(name, value), data), new FormData()) : values);
        html = await answer.text();
      } catch {
        return mark(line, true);
      }
      if (answer.status === 204) {
        outgoing.delete(clientId);
        keepOutgoing();
        await more();
        line.remove();
        dress();
        if (answer.headers.has("X-Took-Over")) showToast("toast-took-over");
      } else if (answer.status >= 500) {
        if (answer.headers.has("X-Desk-Fault")) showFault(html);
        mark(line, true);
      } else {
        showFault(html);  // refused for certain: nothing was sent, the words go back to where she wrote them
        giveBack(clientId, text, line);
      }
      tell("chat-more");
    }
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = field.value.trim();
      if (extras.noting()) return sendNote(text);
      const file = extras.picture();
      if (!(text || file) || !mayWrite()) return;
      const clientId = newId();
      if (!file) {  // a picture cannot be kept over a reload; its line says so when it was not sent
        outgoing.set(clientId, text);
        keepOutgoing();
      }
      field.value = "";
      kept.set(draftKey, "");
      extras.forget();
      extras.dropPicture();
      grow();
      send(clientId, text, showPending(clientId, text, file), file);
    });
    async function sendNote(text) {
      if (!text) return;
      button.disabled = true;
      try {
        const answer = await post(form.dataset.noteUrl, { text });
        if (!answer.ok) return showFault(await answer.text());
        field.value = "";
        kept.set(draftKey, "");
        extras.leaveNote();
        await more();
        goToEnd();
      } catch {
        showToast("toast-unreachable");
      } finally {
        grow();
      }
    }
    extras = dressComposer(form, field, { grow, save: (text) => post(form.dataset.draftUrl, { text }) });
    grow();

    readCursor(list.querySelector(".cursor"));
    dress();
    for (const [clientId, text] of outgoing) mark(showPending(clientId, text), true);
    goToEnd();
    if (matchMedia("(min-width: 761px)").matches) field.focus({ preventScroll: true });
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-toggle-person]")) return;
    const person = document.getElementById("person");
    const shown = person.classList.toggle("shown");
    for (const toggle of document.querySelectorAll(".person-toggle")) toggle.setAttribute("aria-expanded", String(shown));
    (shown ? person.querySelector(".person-close") : document.querySelector(".person-toggle"))?.focus();
  });
  document.body.addEventListener("htmx:afterSwap", open);
  open();
})();
