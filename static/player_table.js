// A table whose numbers are those of the frame, such as a confusion matrix.

const same = new URL(import.meta.url).search;
/** @type {typeof import("./number_format.js")} */
const { short } = await import("./number_format.js" + same);

const element = (name, text, attributes = {}) => Object.assign(document.createElement(name), { textContent: text }, attributes);

export class Table {
  /** @type {Payload.Table} */ data;

  /**
   * @param {{ frame: number }} player
   * @param {Element} parent
   */
  constructor(player, parent) {
    this.player = player;
    this.root = element("div", "", { className: "table" });
    parent.append(this.root);
  }

  /** @param {Payload.Table} data */
  set(data) {
    this.data = data;
    this.root.classList.toggle("shaded", data.shade);
    const table = element("table", ""), head = table.createTHead().insertRow(), body = table.createTBody();
    table.createCaption().textContent = data.title;
    head.append(element("th", data.corner), ...data.columns.map((name) => element("th", name, { scope: "col" })));
    this.cells = data.rows.flatMap((name) => {
      const row = body.insertRow();
      row.append(element("th", name, { scope: "row" }));
      return data.columns.map(() => row.insertCell());
    });
    this.root.replaceChildren(table, element("p", data.note, { hidden: !data.note }));
    this.draw(this.player.frame);
  }

  draw(frame) {
    const numbers = /** @type {Float32Array} */ (this.data.cells.row(frame)), total = this.data.shade ? numbers.reduce((a, b) => a + b, 0) : 1;
    this.cells.forEach((cell, i) => {
      const text = Number.isNaN(numbers[i]) ? "–" : short(numbers[i]);
      if (cell.textContent !== text) cell.textContent = text;
      if (this.data.shade) cell.style.setProperty("--share", `${Math.round((70 * numbers[i]) / total)}%`);
    });
  }

  lay() {}
  close() { this.root.remove(); }
}
