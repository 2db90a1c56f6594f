// Runs before the first paint, as a file because the content security policy allows no inline
// script: without it a dark console would flash white. Keys as in app/theme.ts and i18n/index.ts.
(() => {
  const root = document.documentElement;
  let scheme = null;
  let language = null;
  try {
    scheme = localStorage.getItem('gatehouse.theme');
    language = localStorage.getItem('gatehouse.language');
  } catch {
    // Storage may be forbidden; the system's choice is then used.
  }
  const dark =
    scheme === 'dark' || (scheme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  root.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
  root.style.backgroundColor = dark ? '#151718' : '#faf9f7';
  const chosen = language ?? navigator.language;
  root.lang = chosen.startsWith('zh') ? 'zh-CN' : 'en';
})();
