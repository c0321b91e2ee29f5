/** The element with this id. @throws Error when the page has none of this kind, which is a fault of the page. */
export function element<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`The page has no ${type.name} with the id ${id}.`);
  return found;
}

/** Calls back when a link is clicked plainly: with a modifier it is a link like any other, for a new tab. */
export function onPlainClick(link: HTMLElement, act: (event: MouseEvent) => void): void {
  link.addEventListener('click', (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    act(event);
  });
}

/** Puts a text on the clipboard, and says that it did; where the browser refuses, says the text itself. */
export async function copyText(text: string, done: string, say: (sentence: string) => void): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(done);
  } catch {
    say(text);
  }
}

/** Calls `act` once it has not been asked for during so many milliseconds. */
export function afterQuiet(milliseconds: number, act: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, milliseconds);
  };
}

export const wantsStillness = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
