// Made by make_payload_types.py from the records that Python sends; not to be edited.

declare namespace Payload {
  /** A typed array with its shape: static/player_payload.js makes it of what the header refers to. */
  type Numbers = import("../../static/player_payload.js").Numbers;
  type Layer = Points | Segments | Image | Line | Path | Arrows | Star | Graph;

  /** lossviz.draw.style.Mark */
  interface Mark {
    color: string;
    dash: string;
  }

  /** lossviz.draw.player.Axis */
  interface Axis {
    title: string;
    low: number;
    high: number;
    log: boolean;
  }

  /** lossviz.draw.player.Points */
  interface Points {
    kind: "points";
    x: Numbers;
    y: Numbers;
    colors: string[];
    kinds: string[];
    color: Numbers | null;
    lit: Numbers | null;
    name: string;
  }

  /** lossviz.draw.player.Segments */
  interface Segments {
    kind: "segments";
    ends: Numbers;
    mark: Mark;
    starts: Numbers | null;
    width: number;
    opacity: number;
    name: string;
  }

  /** lossviz.draw.player.Image */
  interface Image {
    kind: "image";
    pixels: Numbers;
    extent: [number, number, number, number];
    colors: string[];
    values: Numbers | null;
    name: string;
  }

  /** lossviz.draw.player.Line */
  interface Line {
    kind: "line";
    x: Numbers;
    y: Numbers;
    mark: Mark;
    width: number;
    name: string;
  }

  /** lossviz.draw.player.Path */
  interface Path {
    kind: "path";
    x: Numbers;
    y: Numbers;
    mark: Mark;
    name: string;
    ends: number | null;
    verdict: string;
    row: number;
    along: boolean;
    dots: boolean;
  }

  /** lossviz.draw.player.Arrows */
  interface Arrows {
    kind: "arrows";
    ends: Numbers;
    mark: Mark;
    width: number;
    opacity: number;
    name: string;
  }

  /** lossviz.draw.player.Star */
  interface Star {
    kind: "star";
    x: number;
    y: number;
    color: string;
    symbol: string;
    name: string;
  }

  /** lossviz.draw.player.Graph */
  interface Graph {
    kind: "graph";
    x: Numbers;
    y: Numbers;
    labels: string[];
    values: Numbers;
    edges: Numbers;
    names: string[];
    weights: Numbers;
    largest: number;
    marks: [Mark, Mark];
    chosen: number;
  }

  /** lossviz.draw.player.View */
  interface View {
    kind: "axes";
    key: string;
    title: string;
    x: Axis;
    y: Axis;
    layers: Layer[];
    alt: string;
    home: string;
    equal: boolean;
    clicks: boolean;
    wide: boolean;
    small: boolean;
    bare: boolean;
  }

  /** lossviz.draw.player.Table */
  interface Table {
    kind: "table";
    key: string;
    title: string;
    rows: string[];
    columns: string[];
    cells: Numbers;
    shade: boolean;
    corner: string;
    note: string;
  }

  /** lossviz.draw.player.Reading */
  interface Reading {
    label: string;
    values: Numbers;
  }

  /** lossviz.draw.player.Entry */
  interface Entry {
    name: string;
    mark: Mark;
    values: Numbers | null;
    ends: number | null;
  }

  /** lossviz.draw.player.Scene */
  interface Scene {
    frames: number;
    views: (View | Table)[];
    legend: Entry[];
    readings: Reading[];
    height: number;
  }

  /** lossviz.draw.player.Seek */
  interface Seek {
    rev: number;
    frame: number;
    play?: boolean;
  }

  /** lossviz.draw.player.Extra */
  interface Extra {
    clock?: string;
    leads?: boolean;
    seek?: Seek | null;
  }

  /** lossviz.draw.sweep.PackedTrace */
  interface PackedTrace {
    trace: number;
    x?: string;
    xs?: string;
    y: string;
  }

  /** lossviz.draw.sweep.PackedSweep */
  interface PackedSweep {
    value: number;
    values: string;
    traces: PackedTrace[];
  }

  /** lossviz.app.kit.chart.AskedSweep */
  interface AskedSweep {
    slider: string;
    token: string;
    value: number;
    values: string;
    traces: PackedTrace[];
  }

  /** lossviz.app.kit.chart.ChartPayload */
  interface ChartPayload {
    id: string;
    figure: string;
    arrays: string[];
    narrow: string;
    alt: string;
    name: string;
    chunk: string | null;
    tokens: Record<string, string>;
    sweep: AskedSweep | null;
    stamp: number;
  }

  /** lossviz.app.kit.live_slider.Allowed */
  interface Allowed {
    low: number | null;
    high: number | null;
    lowOpen: boolean;
    highOpen: boolean;
    words: string;
    whole?: boolean;
  }

  /** lossviz.app.kit.live_slider.SliderPayload */
  interface SliderPayload {
    id: string;
    chart: string;
    label: string;
    low: number;
    high: number;
    step: number;
    value: number;
    help: string;
    playable: boolean;
    log: boolean;
    allowed: Allowed;
    box?: boolean;
    disabled?: boolean;
  }

  /** lossviz.draw.editor.PackedLine */
  interface PackedLine {
    name: string;
    detail: string;
    color: string;
    dash: string;
    width: number;
    ends: number[];
    at: number;
  }

  /** lossviz.draw.editor.PackedBand */
  interface PackedBand {
    color: string;
    x: number[];
    low: number[];
    high: number[];
  }

  /** lossviz.draw.editor.PackedCharges */
  interface PackedCharges {
    color: string;
    square: boolean;
    at: number[];
    width: number[];
  }

  /** lossviz.draw.editor.PackedWeights */
  interface PackedWeights {
    color: string;
    weights: number[];
  }

  /** lossviz.draw.editor.PackedAxis */
  interface PackedAxis {
    domain: number[];
    step: number;
    title: string;
  }

  /** lossviz.draw.editor.PackedClass */
  interface PackedClass {
    name: string;
    color: string;
  }

  /** lossviz.draw.editor.EditorPayload */
  interface EditorPayload {
    id: string;
    set: string;
    rev: number;
    ack: number;
    at: number;
    title: string;
    alt: string;
    hint: string;
    keys: string;
    said: string;
    height: number;
    left: number | null;
    limit: number;
    editable: boolean;
    edited: boolean;
    mark: boolean;
    clear: number[];
    hidden: number;
    names: string[];
    x: PackedAxis;
    y: PackedAxis | null;
    points: number[][];
    classes: PackedClass[];
    quiet: boolean;
    still: number[][];
    handles: [number, number];
    mine: number[] | null;
    lines: PackedLine[];
    bands: PackedBand[];
    charges: PackedCharges | null;
    weights: PackedWeights | null;
    live?: string | null;
  }

  /** lossviz.app.kit.sentence.SentencePayload */
  interface SentencePayload {
    id: string;
    text: string;
    stamp: number;
  }

  /** lossviz.app.kit.address.AddressPayload */
  interface AddressPayload {
    query: string;
    step: number;
    count: number;
  }

  /** lossviz.app.kit.lifeline.LifelinePayload */
  interface LifelinePayload {
    token: string;
    heard: number;
  }
}
