"use strict";
// Sorts and filters the rows of the page that are there already; it makes none.
(() => {
  const table = document.querySelector(".every");
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const form = document.querySelector(".filters");
  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const collator = new Intl.Collator("en", { numeric: true });

  function filter() {
    const text = form.elements.text.value.trim().toLowerCase();
    const status = form.elements.status.value;
    const reason = form.elements.reason.value;
    let shown = 0;
    for (const row of rows) {
      const isShown =
        (!status || row.dataset.status === status) &&
        (!reason || row.dataset.reason === reason) &&
        (!text || texts.get(row).includes(text));
      row.hidden = !isShown;
      shown += isShown;
    }
    form.querySelector("output").textContent = `${shown} of ${rows.length} shown`;
  }

  function sort(head) {
    const isRising = head.getAttribute("aria-sort") !== "ascending";
    for (const other of head.parentElement.cells) {
      other.removeAttribute("aria-sort");
    }
    head.setAttribute("aria-sort", isRising ? "ascending" : "descending");
    const place = head.cellIndex;
    const sign = isRising ? 1 : -1;
    const keys = new Map(rows.map((row) => [row, row.cells[place].textContent]));
    rows.sort((one, other) => sign * collator.compare(keys.get(one), keys.get(other)));
    body.append(...rows);
  }

  for (const button of table.tHead.querySelectorAll("button")) {
    button.addEventListener("click", () => sort(button.closest("th")));
  }
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  filter();
})();
