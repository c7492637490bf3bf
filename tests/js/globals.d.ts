// What the modules find in the page, written by hand: Streamlit's side of a component, the Plotly it serves, and the
// hooks by which tests and benchmarks listen.

/** What Streamlit hands to a component: `data` as Python sent it. */
interface Component<Data> {
  parentElement: Element;
  data: Data;
  setStateValue(name: string, value: unknown): void;
  setTriggerValue(name: string, value: unknown): void;
}

/** A node that Plotly has drawn into. */
interface PlotlyNode extends HTMLElement {
  _fullData?: PlotlyTrace[];
  _fullLayout: Record<string, any>;
  on(event: string, listener: (event: any) => void): void;
}

interface PlotlyTrace {
  uid: string;
  visible: boolean | "legendonly";
  xaxis: string;
  yaxis: string;
}

interface PlotlyAxis {
  type: string;
  c2p(value: number, clipped?: boolean): number;
}

interface Window {
  Plotly?: {
    react(node: Element, traces: unknown[], layout: object, config: object): Promise<unknown>;
    redraw(node: Element): Promise<unknown>;
    purge(node: Element): void;
    downloadImage(node: Element, options: object): void;
    Plots: { resize(node: Element): Promise<unknown> };
  };
  __lossvizDrawn?(value: number): void;
  __lossvizInput?(value: number): void;
  __lossvizSent?(seq: number, time: number | undefined): void;
}
