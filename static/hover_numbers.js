// Numbers in a chart's hover labels, written like all others. Plotly's own formatter has no typographic minus and
// no powers of ten but e+7.

const SIGNIFICANT = /^\.(\d+)~?g$/; // as in %{y:.6g}

// From now on; Plotly makes its formatter anew with every plot. `short` is that of number_format.js.
export function hoverNumbers(gd, short) {
  const replace = () => {
    const locale = gd._fullLayout._d3locale;
    if (!locale || locale.lossviz) return;
    const numberFormat = (format) => {
      const [, digits] = SIGNIFICANT.exec(format) ?? [], theirs = digits ? null : locale.numberFormat(format);
      return (value) => (digits ? short(Number(value), Number(digits)) : String(theirs(value)).replaceAll("-", "−"));
    };
    gd._fullLayout._d3locale = { ...locale, numberFormat, lossviz: true };
  };
  replace();
  gd.on("plotly_afterplot", replace);
}
