// The little the look-up pages do by script: copy a reply, and keep a live conversation fresh. All else works without.
(() => {
  "use strict";
  const told = document.getElementById("told");
  const say = (words) => { if (told) told.textContent = words; };

  function select(element) {
    if ("select" in element) { element.focus(); element.select(); return; }
    const range = document.createRange();
    range.selectNodeContents(element);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  }

  async function copy(element, formatted) {
    try {
      if (formatted) {
        const parts = {
          "text/html": new Blob([element.innerHTML], { type: "text/html" }),
          "text/plain": new Blob([element.innerText], { type: "text/plain" }),
        };
        await navigator.clipboard.write([new ClipboardItem(parts)]);
      } else {
        await navigator.clipboard.writeText(element.value);
      }
      return true;
    } catch {
      select(element);
      return document.execCommand("copy");
    }
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-copy-html]");
    if (!button) return;
    const element = document.getElementById(button.dataset.copy || button.dataset.copyHtml);
    const done = await copy(element, Boolean(button.dataset.copyHtml));
    say(done ? "Copied" : "Select the text and copy it");
    const before = button.dataset.label || button.textContent;
    button.dataset.label = before;
    button.textContent = done ? "Copied" : "Select and copy";
    setTimeout(() => { button.textContent = before; }, 2000);
  });

  const fresh = document.getElementById("fresh");
  async function look() {
    if (document.visibilityState === "visible") {
      try {
        const reply = await fetch(fresh.dataset.poll, { cache: "no-store" });
        if (reply.status === 404) { say("This conversation is over."); return; }
        const news = reply.ok ? await reply.json() : null;
        if (news && news.revision !== fresh.dataset.revision) {
          const first = fresh.dataset.revision === "";
          // Written by our own server, every word of a person escaped.
          fresh.innerHTML = news.html;
          fresh.dataset.revision = news.revision;
          if (!first && fresh.dataset.told) say(fresh.dataset.told);
        }
      } catch { /* The next look tries again. */ }
    }
    setTimeout(look, 3000);
  }
  if (fresh) setTimeout(look, 3000);
})();
