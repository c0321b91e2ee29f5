import type { Model, Shown } from './address.ts';
import { copyText, element } from './dom.ts';
import { carOf, linkOf, Notes, noteOf, notesIn } from './notes.ts';
import { createStrip } from './strip.ts';

/** More than anybody keeps, and few enough for a link. */
const most = 200;

export const keptNotes = () => new Notes(() => localStorage, 'freshcar.kept', most);

export interface Kept {
  /** Keeps a car, or lets it go. */
  toggle(shown: Shown): void;
  /** Says of the car that is shown whether it is kept. */
  mark(shown: Shown): void;
}

interface KeptOptions {
  readonly pick: (shown: Shown) => void;
  readonly modelNamed: (name: string | null) => Model;
  readonly say: (sentence: string) => void;
}

/** The cars that are kept in this browser, and the offer to take over those that a link carries. */
export function createKept({ pick, modelNamed, say }: KeptOptions): Kept {
  const section = element('kept-section', HTMLElement);
  const button = element('keep', HTMLButtonElement);
  const notes = keptNotes();
  const strip = createStrip(element('kept', HTMLElement), pick);
  let offered = notesIn(location.hash).filter((note) => carOf(note, modelNamed) && !notes.has(note));
  let current: Shown | undefined;

  const draw = () => {
    const cars = notes.all.map((note) => carOf(note, modelNamed)).filter((car) => car !== undefined);
    strip.fill(cars);
    element('share-kept', HTMLElement).hidden = cars.length === 0;
    element('import', HTMLElement).hidden = offered.length === 0;
    section.hidden = cars.length === 0 && offered.length === 0;
    if (current === undefined) return;
    const isKept = notes.has(noteOf(current));
    button.setAttribute('aria-pressed', String(isKept));
    button.textContent = isKept ? 'Kept' : 'Keep';
    strip.mark(current);
  };
  const takeOver = (yes: boolean) => {
    if (yes) notes.add(...offered);
    say(yes ? `${countOf(offered.length)} added.` : '');
    offered = [];
    draw();
    button.focus();
  };

  element('import-text', HTMLElement).textContent =
    `This link carries ${countOf(offered.length)} that somebody kept. Add them to those in this browser?`;
  element('import-yes', HTMLButtonElement).addEventListener('click', () => takeOver(true));
  element('import-no', HTMLButtonElement).addEventListener('click', () => takeOver(false));
  element('share-kept', HTMLButtonElement).addEventListener('click', () =>
    copyText(new URL(linkOf(notes.all), location.href).href, `Link to ${countOf(notes.all.length)} copied.`, say),
  );
  notes.onChange(draw);

  return {
    toggle(shown) {
      const note = noteOf(shown);
      if (notes.has(note)) notes.remove(note);
      else notes.add(note);
      draw();
      say(notes.has(note) ? 'Kept in this browser.' : 'Not kept any more.');
    },
    mark(shown) {
      current = shown;
      draw();
    },
  };
}

const countOf = (count: number) => (count === 1 ? 'one car' : `${count} cars`);
