// Before the first paint: the colours this person chose (auto | light | dark), kept in this browser.
(() => {
  let choice = "auto";
  try { choice = localStorage.getItem("guanjia.theme") || "auto"; } catch { /* storage is off: follow the system */ }
  if (choice !== "auto") document.documentElement.dataset.theme = choice;
})();
