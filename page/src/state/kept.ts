// Choices of this browser's user. A browser that keeps nothing (private windows) is fine.

export function kept(name: string): string | null {
  try {
    return localStorage.getItem(`vigia.${name}`);
  } catch {
    return null;
  }
}

export function keep(name: string, value: string) {
  try {
    localStorage.setItem(`vigia.${name}`, value);
  } catch {
    // then it lasts until the page is closed
  }
}
