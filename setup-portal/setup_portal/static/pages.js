// What scripts add to the pages: everything works without them.
"use strict";

for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault(); // a thumb that presses twice
    form.dataset.sent = "yes";
    const button = event.submitter || form.querySelector("button");
    if (button) button.setAttribute("aria-busy", "true");
  });
}
addEventListener("pageshow", () => { // the back button shows the page as it was left
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("button[aria-busy]")) button.removeAttribute("aria-busy");
});

// The phone's clock and time zone, for a box without a clock of its own.
for (const form of document.querySelectorAll("form[data-clock]")) {
  const donate = () => {
    form.elements.now.value = String(Date.now() / 1000);
    try {
      const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
      if (zone && !form.elements.zone.dataset.touched) form.elements.zone.value = zone;
    } catch { /* an old browser keeps its zone to itself */ }
  };
  form.elements.zone.addEventListener("input", () => { form.elements.zone.dataset.touched = "yes"; });
  donate();
  form.addEventListener("submit", donate);
}

// A password can be looked at.
for (const field of document.querySelectorAll("input[type=password]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.textContent = document.body.dataset.show;
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => {
    const isShown = field.type === "text";
    field.type = isShown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!isShown));
  });
  field.after(button);
}

// A piece of a page that moves on by itself, such as an upload's progress.
for (const piece of document.querySelectorAll("[data-renewed]")) {
  const renew = async () => {
    if (!document.hidden && !piece.contains(document.activeElement)) {
      try {
        const answer = await fetch(piece.dataset.renewed, { redirect: "error" });
        if (answer.ok) piece.innerHTML = await answer.text();
      } catch { /* the recorder is away for a moment, or the session is over */ }
    }
    if (piece.querySelector(".uploading, .waiting")) setTimeout(renew, 3000);
  };
  setTimeout(renew, 3000);
}
