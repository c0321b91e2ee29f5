const steps: Readonly<Record<string, (columns: number) => number>> = {
  ArrowRight: () => 1,
  ArrowLeft: () => -1,
  ArrowDown: (columns) => columns,
  ArrowUp: (columns) => -columns,
};

/**
 * Makes a grid of links one stop of the tab key, within which the arrow keys move (WAI-ARIA's "roving tabindex"): nobody should have to
 * press tab for each of many cars.
 */
export function roam(box: HTMLElement, columns: number): void {
  const links = () => [...box.querySelectorAll('a')];
  const enter = (chosen: HTMLAnchorElement) => {
    for (const link of links()) link.tabIndex = link === chosen ? 0 : -1;
  };
  const [first] = links();
  if (first) enter(first);
  box.addEventListener('focusin', ({ target }) => target instanceof HTMLAnchorElement && enter(target));
  box.addEventListener('keydown', (event) => {
    const step = steps[event.key]?.(columns);
    if (step === undefined || !(event.target instanceof HTMLAnchorElement) || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const all = links();
    all[all.indexOf(event.target) + step]?.focus();
  });
}
