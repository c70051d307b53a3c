import { h, hydrate } from 'preact';
import { ISLANDS, islandView } from '../ui/components/islands.tsx';

// The script of a report: lets its islands answer to pointers and keys.

for (const element of document.querySelectorAll<HTMLElement>('[data-island]')) {
  const { island = '', props = '{}' } = element.dataset;
  if (island in ISLANDS) {
    hydrate(h(islandView(island as keyof typeof ISLANDS), JSON.parse(props)), element);
  }
}
