// What is on the page without a name for a screen reader.
() => [...document.querySelectorAll('button, input, select, a, table, section, [role=region], [role=img], [tabindex="0"]')]
  .filter((one) => one.offsetParent !== null)
  .filter((one) => {
    const by = one.getAttribute('aria-labelledby');
    const words = one.getAttribute('aria-label') || (by && by.split(' ').map((id) => document.getElementById(id)?.textContent).join('')) ||
      [...(one.labels ?? [])].map((label) => label.textContent).join('') || one.caption?.textContent ||
      (['BUTTON', 'A'].includes(one.tagName) && (one.textContent || one.title));
    return !(words || '').trim();
  }).map((one) => one.outerHTML.slice(0, 120))
