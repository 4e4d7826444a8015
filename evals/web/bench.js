// Small helps of the bench: progress in place, and a file read into the field of a new set. Every page works without it.
"use strict";

const place = document.querySelector("[data-progress]");
if (place) {
  const bar = place.querySelector("progress");
  const said = place.querySelector("[data-said]");
  let quarter = 0;
  const look = async () => {
    let told;
    try {
      const answer = await fetch(place.dataset.progress, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      told = await answer.json();
    } catch {
      setTimeout(look, 4000);
      return;
    }
    if (told.state !== "waiting" && told.state !== "running") {
      location.reload();
      return;
    }
    bar.value = told.done;
    place.querySelector("[data-count]").textContent = `${told.done} of ${told.cases} cases`;
    place.querySelector("[data-state]").textContent =
      told.state === "waiting" ? "Waits for the runs before it." : told.done < told.cases ? "Asking." : "Keeping scores.";
    const reached = Math.floor((4 * told.done) / told.cases);
    if (reached > quarter) {
      quarter = reached;
      said.textContent = `${told.done} of ${told.cases} cases done`;
    }
    setTimeout(look, 700);
  };
  setTimeout(look, 300);
}

for (const field of document.querySelectorAll("textarea[data-file]")) {
  const line = document.createElement("p");
  line.className = "field";
  const label = document.createElement("label");
  label.htmlFor = "file";
  label.textContent = "Or read them from a file";
  const file = document.createElement("input");
  file.type = "file";
  file.id = "file";
  file.accept = ".jsonl,.json,.txt";
  file.addEventListener("change", async () => {
    if (file.files.length === 0) return;
    field.value = await file.files[0].text();
    const name = document.getElementById("name");
    if (name && !name.value) name.value = file.files[0].name.replace(/\.\w+$/, "").toLowerCase().replace(/[^a-z0-9_-]+/g, "-");
  });
  line.append(label, file);
  field.closest("p").after(line);
}
