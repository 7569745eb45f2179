"use strict";
// Shows, while a form is filled in, the issue that comes of it. The body is what issue_scaffold's
// own `body()` gives, character by character: what stands around the answers comes in attributes.
(() => {
  const FENCE = "```";
  const NO_RESPONSE = "_No response_";
  // What Go's `unicode.IsSpace` is true for.
  const SPACE = "[\\t\\n\\v\\f\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+";
  const AROUND = new RegExp(`^${SPACE}|${SPACE}$`, "g");
  const PICTURE = /\.(?:png|jpe?g|gif|svg|webp|mp4|mov|webm)$/i;
  const MOST = 65536;
  const LONGEST_LINK = 8000;

  const exact = (element, name = "x") =>
    name in element.dataset ? JSON.parse(element.dataset[name]) : element.textContent;
  const controlOf = (field) => field.querySelector("input, textarea, select");
  const labelOf = (field) => exact(field.querySelector(".label"));

  function fenceAround(text, isGitea) {
    let longest = 0;
    if (isGitea) {
      for (const line of text.split("\n")) {
        const found = /^`{3,}/.exec(line);
        longest = Math.max(longest, found ? found[0].length : 0);
      }
    }
    return "`".repeat(Math.max(FENCE.length, longest + 1));
  }

  function renderOf(field) {
    return "xr" in field.dataset ? JSON.parse(field.dataset.xr) : field.dataset.render;
  }

  function writtenText(field, isGitea) {
    let text = controlOf(field).value;
    if (isGitea) {
      text = text.replace(AROUND, "");
    }
    const render = field.dataset.k === "t" ? renderOf(field) : undefined;
    if (render === undefined) {
      return text || NO_RESPONSE;
    }
    if (text) {
      const fence = fenceAround(text, isGitea);
      return `${fence}${render}\n${text}\n${fence}`;
    }
    return isGitea ? NO_RESPONSE : `${FENCE}${render}\n\n${FENCE}`;
  }

  function writtenChoice(field, isGitea) {
    const chosen = new Set();
    for (const option of controlOf(field).selectedOptions) {
      if (!option.hasAttribute("value")) {
        chosen.add(exact(option));
      }
    }
    if (chosen.size === 0) {
      return field.dataset.k === "s" && !isGitea ? "None" : NO_RESPONSE;
    }
    if ("list" in field.dataset && isGitea) {
      return [...chosen].map((label) => `- ${label}`).join("\n");
    }
    return [...chosen].join(", ");
  }

  function writtenBoxes(field, isGitea) {
    const boxes = [...field.querySelectorAll("input")].map((box) => ({
      label: exact(box.nextElementSibling),
      isTicked: box.checked,
      isOut: isGitea && "out" in box.dataset,
    }));
    const ticked = new Set(boxes.filter((box) => box.isTicked).map((box) => box.label));
    return boxes
      .filter((box) => !box.isOut)
      .map((box) => `- [${ticked.has(box.label) ? "x" : " "}] ${box.label}`)
      .join("\n");
  }

  // Which address a file will get nobody knows before it is uploaded; its form is known.
  function writtenFiles(field) {
    const links = [...controlOf(field).files].map((file) => {
      const name = file.name.replace(/[\r\n]/g, " ");
      const isPicture = PICTURE.test(name);
      const place = isPicture ? "assets/1" : `files/1/${encodeURIComponent(name)}`;
      return `${isPicture ? "!" : ""}[${name}](https://github.com/user-attachments/${place})`;
    });
    return links.join("\n") || NO_RESPONSE;
  }

  const WRITERS = {
    i: writtenText, t: writtenText, s: writtenChoice, m: writtenChoice, c: writtenBoxes,
    u: writtenFiles,
  };

  function bodyOf(form, fields) {
    const isGitea = "gitea" in form.dataset;
    let body = "";
    for (const field of fields) {
      if (field.dataset.k === "w") {
        return controlOf(field).value;
      }
      if ("out" in field.dataset) {
        continue;
      }
      const usual = `${body ? "\n\n" : ""}### ${labelOf(field)}\n\n`;
      body += "lead" in field.dataset ? JSON.parse(field.dataset.lead) : usual;
      body += WRITERS[field.dataset.k](field, isGitea);
    }
    return body + ("tail" in form.dataset ? JSON.parse(form.dataset.tail) : "");
  }

  function isAnswered(field) {
    const control = controlOf(field);
    if (field.dataset.k === "c") {
      return field.querySelector("input:checked") !== null;
    }
    if (control.tagName === "SELECT") {
      return [...control.selectedOptions].some((option) => !option.hasAttribute("value"));
    }
    return control.value !== "";
  }

  const byLink = (field) => "param" in field.dataset;

  function encoded(text) {
    return encodeURIComponent(text.isWellFormed?.() === false ? text.toWellFormed() : text);
  }

  function linkOf(issue, title, fields) {
    const query = [`template=${encoded(issue.dataset.file)}`];
    if (title.value !== title.defaultValue) {
      query.push(`title=${encoded(title.value)}`);
    }
    for (const field of fields.filter(byLink)) {
      const control = controlOf(field);
      if (control.value && control.value !== control.defaultValue) {
        query.push(`${encoded(field.dataset.param)}=${encoded(control.value)}`);
      }
    }
    return `${issue.dataset.address}?${query.join("&")}`;
  }

  function notesOn(body, link, fields) {
    const notes = [];
    const filled = fields.filter((field) => isAnswered(field));
    const left = filled.filter((field) => !byLink(field)).map(labelOf);
    if (left.length > 0) {
      notes.push(`The link can't carry: ${left.join(", ")}`);
    }
    const out = filled.filter((field) => "out" in field.dataset).map(labelOf);
    if (out.length > 0) {
      notes.push(`Not in the body: ${out.join(", ")}`);
    }
    if (link.length > LONGEST_LINK) {
      notes.push(`The link is ${link.length} characters long; servers refuse long ones`);
    }
    if ([...body].length > MOST) {
      notes.push(`The body is longer than ${MOST} characters and will be refused`);
    }
    return notes;
  }

  function show(section) {
    const form = section.querySelector("form");
    const issue = section.querySelector(".issue");
    const fields = [...form.querySelectorAll(".field")];
    const title = issue.querySelector(".title");
    const body = bodyOf(form, fields);
    const link = linkOf(issue, title, fields);
    issue.querySelector(".body").value = body;
    issue.querySelector(".link").value = link;
    const lines = notesOn(body, link, fields).map((note) => {
      const line = document.createElement("p");
      line.className = "note";
      line.textContent = note;
      return line;
    });
    issue.querySelector(".notes").replaceChildren(...lines);
  }

  async function copy(button) {
    const source = button.parentElement.querySelector("input, textarea");
    const said = button.textContent;
    try {
      await navigator.clipboard.writeText(source.value);
    } catch {
      source.select();
      document.execCommand("copy");
    }
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = said; }, 2000);
  }

  for (const section of document.querySelectorAll(".template")) {
    section.addEventListener("input", () => show(section));
    section.addEventListener("change", () => show(section));
    section.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
    show(section);
  }
  document.addEventListener("click", (event) => {
    if (event.target.matches(".copy")) {
      copy(event.target);
    }
  });
  document.documentElement.dataset.height = String(document.documentElement.scrollHeight);
})();
