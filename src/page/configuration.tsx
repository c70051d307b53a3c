import type { MarkedText } from '../config/mark-defaults.ts';

/** An experiment with every default filled in, as text to be copied; what is only a default is grey. */
export function ConfigurationView({ pieces }: { readonly pieces: readonly MarkedText[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard.
    <pre tabIndex={0}>
      {pieces.map(({ text, isDefault }) => (isDefault ? <i>{text}</i> : text))}
    </pre>
  );
}
