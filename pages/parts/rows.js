// Arrow keys move in a table, Enter or a click opens the row, and who closes what it opened is back in
// that row. Streamlit's grid selects a row by Shift+Space only, its cells as soon as one moves.
const TABLE = "[class*='st-key-rows-that-open']";
const CANVAS = "canvas[data-testid='data-grid-canvas']";
const ROW = 35, BOXES = 32; // pixels: a row, and the boxes left of it, which select by themselves
const BLINK = 100, PATIENCE = 50; // milliseconds, and how many of them to wait for a table
let left = null; // the row from which something was opened, and its table

const press = (canvas, key, shiftKey = false) =>
  canvas.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey, bubbles: true }));
const open = (canvas) => press(canvas, " ", true);
const leave = (table, row) => (left = { table: keyOf(table), row });
const keyOf = (table) => [...table.classList].find((name) => name.startsWith("st-key-"));
const rowOf = (cell) => Number(cell?.id.split("-").pop() ?? 0);

function onKey(event) {
  if (!event.isTrusted || event.shiftKey || !["Enter", " "].includes(event.key)) return;
  const canvas = event.target.closest?.(CANVAS);
  const table = canvas?.closest(TABLE);
  if (!table) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  leave(table, rowOf(canvas.querySelector("td[aria-selected=true]")));
  open(canvas);
}

function onClick(event) {
  const table = event.target.closest?.(TABLE);
  const canvas = table?.querySelector(CANVAS);
  const read = event.target.closest?.("td[role=gridcell]"); // clicked by a screen reader
  const scroller = event.target.closest?.(".dvn-scroller");
  if (!canvas || !(read || scroller || event.target === canvas)) return;
  const box = canvas.getBoundingClientRect();
  const x = event.clientX - box.left, y = event.clientY - box.top - ROW;
  if (!read && (x < BOXES || y < 0)) return;
  leave(table, read ? rowOf(read) : Math.floor((y + (scroller?.scrollTop ?? 0)) / ROW));
  setTimeout(() => open(canvas));
}

// Closing makes the table anew, with the next number in its key.
function comeBack(waited = 0) {
  if (!left || waited > PATIENCE || document.querySelector("[role=dialog]")) return;
  const base = left.table.replace(/\d+$/, "");
  const isNew = (key) => key?.startsWith(base) && key !== left.table;
  const table = [...document.querySelectorAll(TABLE)].find((each) => isNew(keyOf(each)));
  const canvas = table?.querySelector(CANVAS);
  if (!canvas?.querySelector("td")) return void setTimeout(comeBack, BLINK, waited + 1);
  const { row } = left;
  left = null;
  if (document.activeElement !== document.body) return;
  canvas.focus({ preventScroll: true });
  setTimeout(moveDown, BLINK, canvas, row);
}

// A step at a time: the grid draws itself before it takes the next one.
function moveDown(canvas, rows) {
  if (rows < 1) return;
  press(canvas, "ArrowDown");
  requestAnimationFrame(() => requestAnimationFrame(() => moveDown(canvas, rows - 1)));
}

const dialogs = new MutationObserver(() => left && setTimeout(comeBack, BLINK));

export default function () {
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("click", onClick, true);
  dialogs.observe(document.body, { childList: true });
}
