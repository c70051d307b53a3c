import { h, hydrate } from 'preact';
import { hydratedComponent } from '../ui/components/hydrated.tsx';

// The script of a report: makes its charts and confusion matrices interactive.

for (const element of document.querySelectorAll<HTMLElement>('[data-component]')) {
  const { component = '', props = '{}' } = element.dataset;
  const type = hydratedComponent(component);
  if (type) hydrate(h(type, JSON.parse(props)), element);
}
