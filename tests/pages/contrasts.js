// How much text differs from its ground, by selector. Source: WCAG 2.2, contrast ratio.
() => {
  const part = (c) => { c /= 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const light = (rgb) => { const [r, g, b] = rgb.match(/[\d.]+/g).map(Number); return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b); };
  const ground = (element) => { for (let one = element; one; one = one.parentElement) { const colour = getComputedStyle(one).backgroundColor; if (!/, 0\)$|transparent/.test(colour)) return colour; } return 'rgb(255,255,255)'; };
  const told = {};
  for (const selector of ['#state', '#numbers dt', '.card .name', '.card .facts', '.status', '#legs td', '.answer', 'h2', '#partner-count', '.legend button']) {
    const element = document.querySelector(selector);
    if (!element) continue;
    const [a, b] = [light(getComputedStyle(element).color), light(ground(element))].sort((x, y) => y - x);
    told[selector] = (a + 0.05) / (b + 0.05);
  }
  return told;
}
