// The page's theme, as CSS variables that Streamlit sets on every component.
export const css = (element, name) => getComputedStyle(element).getPropertyValue("--st-" + name).trim();

export function dark(element) {
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = css(element, "background-color") || "#fff";
  probe.fillRect(0, 0, 1, 1);
  const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b < 128;
}
