// The slider of an exported page: any one parameter of the figure, without a server.
// The page holds it behind those that it imports, in one module without these lines.
import { hoverNumbers } from "./hover_numbers.js";
import { short } from "./number_format.js";
import { Sweep, draw } from "./sweep.js";

const tables = JSON.parse(document.getElementById("sweeps").textContent);
const gd = /** @type {PlotlyNode} */ (document.getElementById("chart")), controls = document.getElementById("controls");
const labels = Object.keys(tables);

hoverNumbers(gd, short);

if (labels.length) {
  controls.innerHTML = `<select aria-label="Parameter"></select><input type="range" step="any" aria-label="Value"><output></output><button type="button">Reset</button>`;
  const pick = controls.querySelector("select"), range = controls.querySelector("input");
  const out = controls.querySelector("output"), reset = controls.querySelector("button");
  for (const label of labels) pick.add(new Option(label));
  let sweep;
  const choose = () => {
    sweep = new Sweep(tables[pick.value]);
    range.min = sweep.values[0];
    range.max = sweep.values[sweep.values.length - 1];
    home();
  };
  const home = () => {
    range.value = tables[pick.value].value;
    out.textContent = "";
    window.Plotly.redraw(gd);
  };
  range.addEventListener("input", () => {
    out.textContent = short(+range.value, 3);
    draw(gd, sweep.at(+range.value));
  });
  pick.addEventListener("change", choose);
  reset.addEventListener("click", home);
  choose();
}
