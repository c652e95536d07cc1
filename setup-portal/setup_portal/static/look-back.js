// The film and its timeline: without this the player's own controls do.
"use strict";

const film = document.querySelector("[data-film]");
if (film) {
  const runs = JSON.parse(film.dataset.runs); // [[when it begins, seconds], …] of what is played, one after the other
  const since = Number(film.dataset.since);
  const clock = document.querySelector("[data-clock-of-film]");
  const bar = document.querySelector("[data-bar]");
  const head = document.querySelector("[data-head]");
  const gone = document.querySelector("[data-gone]");

  const when = (played) => { // of a second of the film, the instant in which it was recorded
    for (const [start, seconds] of runs) {
      if (played < seconds) return start + played;
      played -= seconds;
    }
    const last = runs[runs.length - 1];
    return last[0] + last[1];
  };
  const played = (instant) => { // and back; null where the film holds nothing of it
    let before = 0;
    for (const [start, seconds] of runs) {
      if (instant >= start && instant < start + seconds) return before + instant - start;
      before += seconds;
    }
    return null;
  };
  const time = (instant) => new Date((instant + Number(film.dataset.offset)) * 1000).toISOString().slice(11, 19);
  const now = () => when(film.currentTime);

  film.addEventListener("timeupdate", () => {
    clock.hidden = false;
    clock.textContent = time(now());
    for (const end of ["x1", "x2"]) head.setAttribute(end, String(now() - since));
  });
  bar.addEventListener("click", (event) => {
    const box = bar.getBoundingClientRect();
    const instant = since + 3600 * (event.clientX - box.left) / box.width;
    const at = played(instant);
    if (at !== null && film.seekable.length && film.seekable.end(film.seekable.length - 1) >= at) {
      film.currentTime = at;
      film.play();
    } else location.href = `?at=${Math.floor(instant)}`;
  });
  const fail = () => { gone.hidden = false; };
  film.addEventListener("error", fail);
  const sources = film.querySelectorAll("source");
  const last = sources[sources.length - 1];
  if (last) last.addEventListener("error", fail);

  // Chromium was seen to stop between two sources if it was told to play just then: the last one is given to it by hand.
  let wasStuck = false;
  setInterval(() => {
    const isStuck = film.networkState === film.NETWORK_NO_SOURCE && gone.hidden;
    if (isStuck && wasStuck) {
      const isToPlay = !film.paused;
      film.src = last.src;
      if (isToPlay) film.play().catch(() => {});
    }
    wasStuck = isStuck;
  }, 2000);

  // A player that misses a segment waits for ever: whether there is anything to wait for, the box knows.
  let before = -1;
  setInterval(async () => {
    const isWaiting = !film.paused && !film.ended && film.currentTime === before && gone.hidden;
    before = film.currentTime;
    if (!isWaiting || !last) return;
    const loaded = film.buffered.length ? film.buffered.end(film.buffered.length - 1) : film.currentTime;
    const instant = when(loaded + 0.3);
    const address = new URL(last.src);
    address.searchParams.set("since", instant.toFixed(3));
    address.searchParams.set("until", (instant + 0.5).toFixed(3));
    const answer = await fetch(address, { method: "HEAD" }).catch(() => null);
    if (answer && answer.status === 404) fail();
  }, 2000);

  for (const button of document.querySelectorAll("[data-here]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      document.getElementById(button.dataset.here).value = time(now());
    });
  }
}
