import type { Changes } from '../../../model/directions/change.ts';
import type { Directions } from '../../../model/directions/directions.ts';
import type { PropertyName } from '../../../model/directions/properties.ts';
import type { Model, Shown } from './address.ts';
import { element } from './dom.ts';

/** A car, or a walk, by a model, and what is changed about it. */
type Changed = Pick<Shown, 'model'> & Changes;

export interface DirectionSliders {
  /** Shows how far what is shown is changed. */
  mark(shown: Changed): void;
}

/** What the sliders of a visitor do to a car. */
export interface SliderActs {
  /** Comes with every step of a drag. */
  readonly preview: (name: PropertyName, amount: number) => void;
  /** Comes when it is let go. */
  readonly settle: (name: PropertyName, amount: number) => void;
}

/** Sliders that change one thing each. The service is asked what there is when somebody opens them, and again for another model. */
export function createDirections({ preview, settle }: SliderActs): DirectionSliders {
  const box = element('directions', HTMLElement);
  const list = element('direction-sliders', HTMLElement);
  const note = element('direction-note', HTMLElement);
  let shown: Changed | undefined;
  let asked: Model | undefined;

  const inputs = () => [...list.querySelectorAll('input')];
  const setValues = () => {
    for (const input of inputs()) input.value = String(shown?.[input.name as PropertyName] ?? 0);
  };
  const ask = async () => {
    if (!shown || shown.model === asked || !box.hasAttribute('open')) return;
    const { model } = shown;
    asked = model;
    list.replaceChildren();
    const found = await directionsOf(model);
    if (model !== asked) return;
    note.textContent = found
      ? 'Each is measured to change its own property at least three times as much as any other.'
      : 'Nobody has found out yet how to change one thing about the cars of this model.';
    list.append(...(found?.directions ?? []).map((direction) => sliderOf(direction)));
    setValues();
  };

  const amountOf = ({ target }: Event) =>
    target instanceof HTMLInputElement ? ([target.name as PropertyName, Number(target.value)] as const) : undefined;
  list.addEventListener('input', (event) => {
    const amount = amountOf(event);
    if (amount) preview(...amount);
  });
  list.addEventListener('change', (event) => {
    const amount = amountOf(event);
    if (amount) settle(...amount);
  });
  box.addEventListener('toggle', ask);
  return {
    mark(next) {
      shown = next;
      setValues();
      void ask();
    },
  };
}

/** What can be changed about the cars of a model; undefined where that cannot be had. */
export async function directionsOf({ base }: Model): Promise<Directions | undefined> {
  if (base === '') return undefined;
  const response = await fetch(`${base}directions`).catch(() => undefined);
  return response?.ok ? response.json() : undefined;
}

function sliderOf({ name, title, ends }: Directions['directions'][number]): HTMLLabelElement {
  const label = document.createElement('label');
  label.className = 'dial wide';
  const [less, slider, more] = [
    document.createElement('span'),
    document.createElement('input'),
    document.createElement('span'),
  ];
  less.textContent = `${title}: ${ends[0]}`;
  more.textContent = ends[1];
  Object.assign(slider, { type: 'range', name, min: '-2', max: '2', step: '0.25' });
  slider.setAttribute('aria-label', `${title}, from ${ends[0]} to ${ends[1]}`);
  label.append(less, slider, more);
  return label;
}
