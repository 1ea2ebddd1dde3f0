"use strict";
(() => {
  const table = document.getElementById("students");
  if (!table) return;
  const map = document.getElementById("mosaic");
  const field = (id) => document.getElementById(id);
  const body = table.tBodies[0];
  const heads = Array.from(table.tHead.rows[0].cells);
  const collator = new Intl.Collator("en", { numeric: true });
  const folded = (text) => text.normalize("NFKC").toLowerCase();

  // What a cell is sorted by; null where it says nothing, which is last in either order.
  const key = (cell, kind) => {
    const text = cell.textContent.trim();
    if (kind === "text") return text;
    if (kind === "state") return cell.parentNode.dataset.state;
    const time = cell.querySelector("time");
    const value = kind === "time" ? Date.parse(time ? time.dateTime : "") : parseFloat(cell.dataset.value ?? text);
    return Number.isNaN(value) ? null : value;
  };
  const rows = Array.from(body.rows, (row, at) => ({
    row,
    mirror: map ? map.tBodies[0].rows[at] : null,
    text: folded(row.cells[0].textContent),
    keys: heads.map((head, column) => key(row.cells[column], head.dataset.kind)),
  }));
  let sorted = "";

  // So many cells are slow to move; the map is put in order once it is looked at.
  let behind = false;
  let seen = false;
  const follow = () => {
    if (!behind || !seen) return;
    map.tBodies[0].append(...rows.map(({ mirror }) => mirror));
    behind = false;
  };
  if (map) {
    const watch = new IntersectionObserver((found) => {
      seen = found.at(-1).isIntersecting;
      follow();
    });
    watch.observe(map.parentNode);
    window.addEventListener("beforeprint", () => {
      seen = true;
      follow();
    });
    field("follows").hidden = false;
  }

  const say = () => {
    const count = rows.reduce((sum, { row }) => sum + !row.hidden, 0);
    const words = `${count.toLocaleString("en")} of ${rows.length.toLocaleString("en")} students shown`;
    field("shown").textContent = `${words}${sorted}.`;
  };

  const filter = () => {
    const text = folded(field("text").value.trim());
    const state = field("state").value;
    const exercise = field("exercise").value;
    const late = field("late").checked;
    for (const { row, mirror, text: own } of rows) {
      const cell = exercise && mirror.cells[exercise];
      row.hidden =
        !own.includes(text) ||
        (state && row.dataset.state !== state) ||
        (late && !("late" in row.dataset)) ||
        (exercise && !(cell && /^(e\d|sk)$/.test(cell.className)));
      if (mirror) mirror.hidden = row.hidden;
    }
    say();
  };

  const sort = (column) => {
    const head = heads[column];
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const turn = down ? -1 : 1;
    rows.sort((one, two) => {
      const [a, b] = [one.keys[column], two.keys[column]];
      if (a === null || b === null) return (a === null) - (b === null);
      return turn * (typeof a === "string" ? collator.compare(a, b) : a - b);
    });
    body.append(...rows.map(({ row }) => row));
    behind = map !== null;
    follow();
    sorted = `, sorted by ${head.textContent.trim().toLowerCase()}, ${down ? "descending" : "ascending"}`;
    say();
  };

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(column));
    head.append(button);
  });
  for (const id of ["text", "state", "exercise", "late"]) field(id).addEventListener("input", filter);
  field("clear").addEventListener("click", () => {
    field("text").value = field("state").value = field("exercise").value = "";
    field("late").checked = false;
    filter();
  });
  // Whose and which exercise a cell is: in words only where a pointer asks, or the page would be twice as large.
  map?.tBodies[0].addEventListener("pointerover", ({ target }) => {
    if (target.localName !== "td" || !target.title || target.dataset.whose) return;
    const head = map.tHead.rows[0].cells[target.cellIndex];
    target.dataset.whose = "1";
    target.title = `${target.parentNode.cells[0].textContent}, ${head.textContent}: ${target.title}`;
  });
  field("filter").hidden = false;
  filter();
})();
