/* Comforts only: every page works without this file. */
"use strict";

/* A second click while the first is on its way would only find the first's row again: spare the wait. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  setTimeout(() => form.querySelectorAll("button:not([type=button])").forEach((button) => {
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
  }));
});
window.addEventListener("pageshow", () => document.querySelectorAll("button[aria-busy]").forEach((button) => {
  button.disabled = false;
  button.removeAttribute("aria-busy");
}));

/* `/` goes to the field marked data-slash; Escape closes the menu. */
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelector(".menu[open] > summary")?.click();
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const field = document.querySelector("[data-slash]");
  if (field) {
    event.preventDefault();
    field.focus();
  }
});

/* A form marked data-autosave says "autosave" (for hx-trigger="autosave") when typing has paused. */
let pause;
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-autosave]");
  if (!form) return;
  clearTimeout(pause);
  pause = setTimeout(() => form.dispatchEvent(new CustomEvent("autosave")), Number(form.dataset.autosave) || 1200);
});

/* <button type="button" hidden data-copy="id-of-the-input" data-copied="Copied">: shown only where copying works. */
document.querySelectorAll("button[data-copy]").forEach((button) => {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
    button.textContent = button.dataset.copied;
  });
});

document.querySelectorAll("button[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});

/* What went wrong is read first. */
document.querySelector(".note.error[tabindex]")?.focus();
