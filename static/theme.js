/* Applies the stored theme before the first paint. */
try {
  const theme = localStorage.getItem('bneck.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  /* Storage is closed to this page: the system's theme stands. */
}
