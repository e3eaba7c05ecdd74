// The text box beside its text: private notes, quick phrases, a picture, hints on words, the draft kept by the desk.
"use strict";
function dressComposer(form, field, { grow, save }) {
  const noteMode = document.getElementById("note-mode");
  const menu = document.getElementById("phrase-menu");
  const search = document.getElementById("phrase-search");
  const picture = document.getElementById("picture");
  const picked = document.getElementById("picked");
  const better = document.getElementById("say-better");
  const hints = [...document.querySelectorAll("#hints li")].map((one) => [one.dataset.word, one.textContent]);

  // --- notes -------------------------------------------------------------------------------------------------
  function setNote(on) {
    noteMode.setAttribute("aria-pressed", String(on));
    form.classList.toggle("noting", on);
    field.placeholder = on ? field.dataset.note : field.dataset.reply;
    grow();
    field.focus();
  }
  const noting = () => noteMode.getAttribute("aria-pressed") === "true";
  noteMode.addEventListener("click", () => setNote(!noting()));
  field.addEventListener("keydown", (event) => {
    if (event.ctrlKey && event.key.toLowerCase() === "i") { event.preventDefault(); setNote(!noting()); }
    if (event.key === "Escape" && noting()) setNote(false);
  });

  // --- quick phrases: the button, or "/" in an empty box -----------------------------------------------------
  function insert(text) {
    menu.open = false;
    const [from, to] = [field.selectionStart, field.selectionEnd];
    field.setRangeText(text, from, to, "end");
    const gap = field.value.indexOf("【", from);
    if (gap >= 0 && gap < from + text.length) field.setSelectionRange(gap, field.value.indexOf("】", gap) + 1);
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  menu.addEventListener("click", (event) => {
    const phrase = event.target.closest("[data-phrase]");
    if (phrase) insert(phrase.dataset.phrase);
  });
  menu.addEventListener("toggle", () => {
    if (!menu.open) return;
    search.value = "";
    search.dispatchEvent(new Event("input"));
    search.focus();
  });
  search.addEventListener("input", () => {
    const wanted = search.value.trim();
    for (const one of menu.querySelectorAll("li")) one.hidden = !one.textContent.includes(wanted);
  });
  search.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const first = menu.querySelector("li:not([hidden]) [data-phrase]");
    if (event.key === "Enter") { event.preventDefault(); if (first) insert(first.dataset.phrase); }
    if (event.key === "ArrowDown" && first) { event.preventDefault(); first.focus(); }
    if (event.key === "Escape") { event.preventDefault(); menu.open = false; field.focus(); }
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "/" && !field.value && !event.isComposing) { event.preventDefault(); menu.open = true; }
  });

  // --- a picture -------------------------------------------------------------------------------------------------
  function showPicked() {
    const file = picture.files[0];
    picked.hidden = !file;
    picked.querySelector("span").textContent = file ? file.name : "";
    grow();
  }
  picture.addEventListener("change", showPicked);
  picked.querySelector("[data-unpick]").addEventListener("click", () => { picture.value = ""; showPicked(); field.focus(); });

  // --- hints on words (R16) ---------------------------------------------------------------------------------------
  function hint() {
    const found = noting() ? null : hints.find(([word]) => field.value.includes(word));
    better.hidden = !found;
    if (found) better.textContent = `“${found[0]}”：${found[1]}`;
  }
  field.addEventListener("input", hint);

  // --- the draft, for her next browser --------------------------------------------------------------------------
  let timer = 0, sent = field.dataset.kept || "";
  function keepSoon() {
    clearTimeout(timer);
    timer = setTimeout(keep, 1200);
  }
  field.addEventListener("input", keepSoon);
  keepSoon();  // what this browser alone has kept of the box that stood here before
  async function keep() {
    // A box that was replaced holds words that may have been sent from the new one.
    if (!field.isConnected || noting() || field.value === sent) return;
    const text = field.value;
    try { if ((await save(text)).ok) sent = text; } catch { /* kept in this browser all the same */ }
  }
  return {
    noting,
    leaveNote: () => setNote(false),
    picture: () => picture.files[0] || null,
    dropPicture: () => { picture.value = ""; showPicked(); },
    forget: () => { clearTimeout(timer); sent = ""; better.hidden = true; },
  };
}

// What a message meant, put right by hand.
function correctReadings(list, send) {
  list.addEventListener("click", (event) => {
    const ask = event.target.closest("[data-correct]");
    if (!ask || ask.closest("li").querySelector(".reading-form")) return;
    const form = document.getElementById("reading-form").content.firstElementChild.cloneNode(true);
    ask.closest("li").append(form);
    form.querySelector("select").focus();
    form.querySelector("[data-cancel]").addEventListener("click", () => { form.remove(); ask.focus(); });
    form.addEventListener("submit", async (submitted) => {
      submitted.preventDefault();
      try {
        const answer = await send({ message: ask.dataset.correct, what: form.querySelector("select").value });
        if (!answer.ok) return showFault(await answer.text());
        form.remove();
        showToast("toast-corrected");
      } catch {
        showToast("toast-unreachable");
      }
    });
  });
}
