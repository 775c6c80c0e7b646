// Is there a message, and does each one hold this word?
(word) => {
  const rows = [...document.querySelectorAll('#legs tbody tr')];
  return rows.length > 0 && rows.every((row) => row.textContent.includes(word));
}
