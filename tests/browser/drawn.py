"""What to look into, in JavaScript, to know whether every component of a page is drawn."""

DEEP = """
  const deep = (root) => [...root.querySelectorAll("*")].flatMap((e) => [e, ...(e.shadowRoot ? deep(e.shadowRoot) : [])]);
  const main = document.querySelector('[data-testid="stMain"]') ?? document.body;"""
"""`deep(root)`, all elements below one and in their shadow roots, and `main`, what the page itself shows."""

DRAWN = f"""() => {{ {DEEP}
  return deep(main).filter((e) => e.matches('[class^="lossviz-"]:empty:not(.lossviz-lifeline)')).length === 0;
}}"""
