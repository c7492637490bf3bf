// Where components of one page find each other: parts by id, so that a slider can move a curve without
// asking the server, and one answer of Python can be shown by several.
export const parts = new Map();

// The address under which Streamlit serves, with a slash at its end.
export function home() {
  const script = [...document.scripts].map((s) => s.src).find((s) => s.includes("/static/js/"));
  return script.replace(/static\/js\/.*/, "");
}
