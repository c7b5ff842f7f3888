// Before the first paint, so that the page never flashes in the other theme. A file, because inline scripts are refused.
try {
  const chosen = localStorage.getItem('chela_theme');
  if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset.theme = chosen;
} catch {
  // storage may be forbidden; then the system's choice stands
}
