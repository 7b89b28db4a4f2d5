// The grid of paper forms by keyboard: a digit leads to the next box, the arrows to the boxes around. Works without.
"use strict";
for (const grid of document.querySelectorAll("[data-grid]")) {
  const rows = [...grid.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("input:not([type=hidden])")]);
  const boxes = rows.flat();
  const columns = rows.length ? rows[0].length : 1;
  const steps = { ArrowUp: -columns, ArrowDown: columns };
  const go = (from, step) => {
    const box = boxes[boxes.indexOf(from) + step];
    if (box) {
      box.focus();
      box.select();
    }
  };
  grid.addEventListener("input", ({ target }) => {
    if (/^[1-4]$/.test(target.value)) {
      go(target, 1);
    }
  });
  grid.addEventListener("keydown", (event) => {
    if (event.key in steps) {
      event.preventDefault();
      go(event.target, steps[event.key]);
    } else if (event.key === "Backspace" && event.target.value === "") {
      event.preventDefault();
      go(event.target, -1);
    }
  });
}
