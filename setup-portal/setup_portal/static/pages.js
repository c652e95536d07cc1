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
