import { type ComponentProps, createContext, type FunctionComponent } from 'preact';
import { useContext } from 'preact/hooks';
import { Chart } from '../../charts/page/chart.tsx';
import { ConfusionMatrix } from './confusion-matrix.tsx';

/** The interactive components. A report is static HTML; its script hydrates each of them individually. */
const COMPONENTS = { chart: Chart, confusion: ConfusionMatrix } as const;

type Components = typeof COMPONENTS;

/** True while a report is rendered. */
export const IsReport = createContext(false);

interface HydratedProps<Name extends keyof Components> {
  readonly name: Name;
  readonly props: ComponentProps<Components[Name]>;
}

/** Renders an interactive component; in a report, its element also carries the name and props to hydrate it with. */
export function Hydrated<Name extends keyof Components>({ name, props }: HydratedProps<Name>) {
  const Component = COMPONENTS[name] as FunctionComponent<object>;
  const isReport = useContext(IsReport);
  return (
    <div {...(isReport && { 'data-component': name, 'data-props': JSON.stringify(props) })}>
      <Component {...props} />
    </div>
  );
}

/** The interactive component of a `data-component` attribute. */
export function hydratedComponent(name: string): FunctionComponent<object> | null {
  return name in COMPONENTS
    ? (COMPONENTS[name as keyof Components] as FunctionComponent<object>)
    : null;
}
