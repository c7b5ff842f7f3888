// Dark or light: the system's choice until the person makes one. public/chat/theme.js applies it before the first paint.

import {signal} from '@preact/signals';

export type Theme = 'dark' | 'light';

const system = matchMedia('(prefers-color-scheme: dark)');
const systemTheme = (): Theme => system.matches ? 'dark' : 'light';

function chosen(): Theme | null {
  const value = document.documentElement.dataset.theme;
  return value === 'dark' || value === 'light' ? value : null;
}

export const theme = signal<Theme>(chosen() ?? systemTheme());
system.addEventListener('change', () => {
  if (!chosen()) theme.value = systemTheme();
});

export function toggleTheme(): void {
  const next: Theme = theme.value === 'dark' ? 'light' : 'dark';
  const root = document.documentElement;
  if (next === systemTheme()) delete root.dataset.theme;
  else root.dataset.theme = next;
  try {
    if (next === systemTheme()) localStorage.removeItem('chela_theme');
    else localStorage.setItem('chela_theme', next);
  } catch {
    // storage may be forbidden; the choice then lives as long as the page
  }
  theme.value = next;
}
