/** The longest wait between two attempts, in seconds. */
const longestWait = 30;

/**
 * Looks after every picture of the page: when one does not come, says why in a sentence, asks for it again until it is there, and then
 * for all others that are missing. One request at a time, so that a service that is overrun is not overrun by this.
 *
 * @param say Is told the sentence; an empty one when all is well again.
 */
export function watchPictures(say: (sentence: string) => void): void {
  const missing = new Set<HTMLImageElement>();
  let attempt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const lookAgain = async (): Promise<void> => {
    timer = undefined;
    for (const picture of missing) if (!picture.isConnected) missing.delete(picture);
    const [first] = missing;
    if (first === undefined) return say('');
    const address = first.src;
    const { sentence, wait } = await reasonFor(address, attempt);
    if (first.src !== address) missing.delete(first);
    else if (sentence === undefined) return heal();
    else if (wait === undefined) missing.delete(first);
    if (sentence !== undefined) say(sentence);
    if (missing.size === 0) return;
    attempt += 1;
    timer = setTimeout(lookAgain, (wait ?? 0) * 1000);
  };
  const heal = () => {
    attempt = 0;
    say('');
    const all = [...missing];
    missing.clear();
    for (const picture of all) reload(picture);
  };
  const now = () => {
    if (timer === undefined) return;
    clearTimeout(timer);
    void lookAgain();
  };
  const note = (picture: HTMLImageElement) => {
    missing.add(picture);
    // The first look is at once: what is said is to come with the gap in the page.
    timer ??= setTimeout(lookAgain, 0);
  };

  // Neither event bubbles, so both are listened to on their way down.
  addEventListener('error', ({ target }) => target instanceof HTMLImageElement && note(target), true);
  addEventListener('load', ({ target }) => target instanceof HTMLImageElement && missing.delete(target), true);
  addEventListener('online', now);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && now());
  // Those that the HTML asks for may have failed before this script ran; one without an address waits for a script.
  for (const picture of document.images)
    if (picture.complete && picture.naturalWidth === 0 && picture.getAttribute('src')) note(picture);
}

function reload(picture: HTMLImageElement): void {
  const { src } = picture;
  picture.src = src;
}

interface Reason {
  /** Undefined when the picture can be had now. */
  readonly sentence: string | undefined;
  /** Seconds until the next attempt; undefined where another one is of no use. */
  readonly wait: number | undefined;
}

async function reasonFor(address: string, attempt: number): Promise<Reason> {
  const backOff = Math.min(longestWait, 2 ** (attempt + 1));
  let response: Response;
  try {
    response = await fetch(address);
  } catch {
    return { sentence: 'The service cannot be reached. The page goes on trying.', wait: backOff };
  }
  if (response.ok) return { sentence: undefined, wait: undefined };
  const asked = Number(response.headers.get('Retry-After') ?? 0);
  const wait = Math.min(longestWait, Math.max(backOff, asked));
  if (response.status === 429)
    return { sentence: 'Very many cars are asked for at the moment. The page goes on trying.', wait };
  const detail = await detailOf(response);
  if (response.status >= 500)
    return { sentence: `${detail ?? 'The service has no car at the moment.'} The page goes on trying.`, wait };
  return { sentence: detail ?? 'There is no such picture.', wait: undefined };
}

/** What the service itself says (RFC 9457); a platform before it answers with other bodies, which say nothing to visitors. */
async function detailOf(response: Response): Promise<string | undefined> {
  const isProblem = response.headers.get('Content-Type')?.startsWith('application/problem+json') ?? false;
  if (!isProblem) return undefined;
  const { detail } = await response.json().catch(() => ({}));
  return typeof detail === 'string' ? detail : undefined;
}
