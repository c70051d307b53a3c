import { type ComponentProps, createContext, type FunctionComponent } from 'preact';
import { useContext } from 'preact/hooks';
import { Chart } from '../../charts/page/chart.tsx';
import { Confusion } from './confusion/confusion.tsx';

/** What answers to pointers and keys. In a file, which is otherwise still, each of them is brought to life alone. */
export const ISLANDS = { chart: Chart, confusion: Confusion } as const;

type Islands = typeof ISLANDS;

/** Whether the page is written to a file. */
export const IsFile = createContext(false);

interface IslandProps<Name extends keyof Islands> {
  readonly name: Name;
  readonly props: ComponentProps<Islands[Name]>;
}

/** One of the islands; in a file with what it needs to come to life. */
export function Island<Name extends keyof Islands>({ name, props }: IslandProps<Name>) {
  const View = islandView(name);
  const kept = useContext(IsFile) && { 'data-props': JSON.stringify(props) };
  return (
    <div data-island={name} {...kept}>
      <View {...props} />
    </div>
  );
}

export function islandView(name: keyof Islands): FunctionComponent<object> {
  return ISLANDS[name] as FunctionComponent<object>;
}
