// The alarm bar: rings and blinks in the title while an alarm is untaken, also in a tab that is not looked at.
"use strict";
(() => {
  const bar = document.getElementById("alarms");
  if (!bar) return;
  const title = document.title;
  let timer = 0, sound = null;

  // Two tones, no file: the workspace loads nothing from elsewhere.
  function ring() {
    sound ??= new AudioContext();
    const hint = bar.querySelector("[data-mute-hint]");
    if (sound.state === "suspended") {
      sound.resume();
      if (hint) hint.hidden = false;
      return;
    }
    if (hint) hint.hidden = true;
    for (const [at, pitch] of [[0, 880], [0.25, 660], [0.5, 880]]) {
      const tone = sound.createOscillator(), volume = sound.createGain();
      const start = sound.currentTime + at;
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.2, start);
      volume.gain.exponentialRampToValueAtTime(0.001, start + 0.22);
      tone.connect(volume).connect(sound.destination);
      tone.start(start);
      tone.stop(start + 0.24);
    }
  }
  function beat() {
    const raised = bar.querySelector("[data-raised]");
    if (!raised) return quiet();
    document.title = document.title === title ? raised.dataset.title : title;
    ring();
  }
  function quiet() {
    if (!timer) return; // it did not ring: the title belongs to the page
    clearInterval(timer);
    timer = 0;
    document.title = title;
    document.documentElement.classList.remove("alarmed");
  }
  function look() {
    if (!bar.querySelector("[data-raised]")) return quiet();
    document.documentElement.classList.add("alarmed");
    if (!timer) {
      timer = setInterval(beat, 1500);
      beat();
    }
  }
  new MutationObserver(look).observe(bar, { childList: true });
  bar.addEventListener("click", (event) => {
    if (event.target.closest("[data-allow-sound]")) ring();
  });
})();
